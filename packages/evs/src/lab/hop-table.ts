import type { Hop } from './hop.ts';
import { tableLines, type Cell } from './table.ts';

/** The hops as a table; `mark` paints what differs from the hop before, which is what the host in between did. */
export function hopTable(hops: readonly Hop[], mark: (text: string) => string): string[] {
  const tunnelled = hops.some((hop) => hop.outer !== undefined);
  const titles = ['hop', 'source MAC', 'destination MAC', 'source', 'destination'];
  const rows = hops.map((hop) => cellTexts(hop, tunnelled));
  return tableLines([
    [...titles, ...(tunnelled ? ['outer source', 'outer destination'] : [])].map((text) => ({
      text,
    })),
    ...rows.map((row, index) =>
      row.map((text, column) => cell(text, rows[index - 1]?.[column], column, mark)),
    ),
  ]);
}

const cell = (
  text: string,
  before: string | undefined,
  column: number,
  mark: (text: string) => string,
): Cell =>
  column === 0 || before === undefined || before === text ? { text } : { text, paint: mark };

function cellTexts(hop: Hop, tunnelled: boolean): string[] {
  const { from = hop.sourceMac, to = hop.destinationMac, outer } = hop;
  return [
    `${from} → ${to}`,
    hop.sourceMac,
    hop.destinationMac,
    hop.source,
    hop.destination,
    ...(tunnelled ? [outer?.source ?? '', outer?.destination ?? ''] : []),
  ];
}
