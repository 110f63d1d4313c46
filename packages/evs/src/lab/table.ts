/** A cell: plain text, and how to paint it once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lines of a table whose columns are as wide as their widest cell, two spaces apart; no trailing blanks. */
export function tableLines(rows: readonly (readonly Cell[])[]): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => line(row, widths));
}

function line(row: readonly Cell[], widths: readonly number[]): string {
  const used = row.findLastIndex((cell) => cell.text !== '') + 1;
  return row
    .slice(0, used)
    .map(({ text, paint }, column) => {
      const gap = column === used - 1 ? '' : ' '.repeat((widths[column] ?? 0) - text.length);
      return (paint === undefined ? text : paint(text)) + gap;
    })
    .join('  ');
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.text.length ?? 0)),
  );
}
