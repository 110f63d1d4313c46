import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';

/** One line of the table of results. */
export interface Finding {
  readonly what: string;
  readonly figure: string;
  readonly goal?: string;
  /** Whether the goal is reached; undefined if there is none, or nothing to compare with. */
  readonly met?: boolean | undefined;
}

/** What one question's run has found. */
export interface Section {
  readonly title: string;
  /** How it was measured: a paragraph or two. */
  readonly method: string;
  readonly findings: readonly Finding[];
  /** What the reader should know of the figures, above all of those that miss their goal. */
  readonly remarks?: readonly string[];
}

const resultsFile = new URL('../results.md', import.meta.url);

/** Replaces one question's section of the page of results, or appends it. */
export function writeSection(name: string, section: Section): void {
  const marker = (edge: string): string => `<!-- ${name}: ${edge} -->`;
  const text = `${marker('start')}\n${markdown(name, section)}${marker('end')}\n`;
  const page = readPage();
  const [start, end] = [page.indexOf(marker('start')), page.indexOf(marker('end'))];
  if (start < 0 || end < 0) writeFileSync(resultsFile, `${page}\n${text}`);
  else {
    const after = page.slice(end + marker('end').length + 1);
    writeFileSync(resultsFile, page.slice(0, start) + text + after);
  }
}

function readPage(): string {
  try {
    return readFileSync(resultsFile, 'utf8');
  } catch {
    return '# Results\n\nWritten by `npm run bench`; the questions and how to ask one alone stand in `bench/main.ts`.\n';
  }
}

function markdown(name: string, { title, method, findings, remarks = [] }: Section): string {
  const rows = findings.map(
    ({ what, figure, goal, met }) => `| ${what} | ${figure} | ${goal ?? ''} | ${verdict(met)} |`,
  );
  return [
    `## ${title}`,
    '',
    `\`npm run bench ${name}\`, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, ${machine()}.`,
    '',
    method,
    '',
    '| | measured | goal | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...remarks.flatMap((remark) => [`- ${remark}`]),
    ...(remarks.length > 0 ? [''] : []),
  ].join('\n');
}

const verdict = (met: boolean | undefined): string =>
  met === undefined ? '' : met ? 'reached' : '**missed**';

const machine = (): string =>
  `${cpus().length} × ${(cpus()[0]?.model ?? 'unknown').trim()}, Linux ${release()}, Node ${process.versions.node}`;
