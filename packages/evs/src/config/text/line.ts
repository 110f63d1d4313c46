import type { Span } from './span.ts';

/** Part of a line of a file, perhaps after definitions were put in, that still knows where each character was written. */
export interface Line {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Column of the first character, from 1. */
  readonly column: number;
  /** Column of each character where they do not simply count up. */
  readonly columns?: readonly number[];
}

/** The characters from `from` to `to`, the last not included. */
export function slice(line: Line, from: number, to = line.text.length): Line {
  if (from === 0 && to === line.text.length) return line;
  const part = {
    file: line.file,
    line: line.line,
    text: line.text.slice(from, to),
    column: columnAt(line, from),
  };
  return line.columns === undefined ? part : { ...part, columns: line.columns.slice(from, to) };
}

/** Without blanks at either end. */
export function trimmed(line: Line): Line {
  const start = line.text.length - line.text.trimStart().length;
  return slice(line, start, Math.max(start, line.text.trimEnd().length));
}

/** Where the characters from `from` to `to` were written. */
export function spanOf(line: Line, from = 0, to = line.text.length): Span {
  const column = columnAt(line, from);
  const last = to > from ? columnAt(line, to - 1) : column;
  return { file: line.file, line: line.line, column, length: Math.max(1, last - column + 1) };
}

/** With the characters from `from` to `to` exchanged for a text that counts as written where they were. */
export function replaced(line: Line, from: number, to: number, text: string): Line {
  const columns = columnsOf(line);
  const at = columnAt(line, from);
  return {
    ...line,
    text: line.text.slice(0, from) + text + line.text.slice(to),
    column: from === 0 ? at : line.column,
    columns: [
      ...columns.slice(0, from),
      ...Array.from({ length: text.length }, () => at),
      ...columns.slice(to),
    ],
  };
}

const columnAt = (line: Line, index: number): number =>
  line.columns === undefined
    ? line.column + index
    : (line.columns[index] ?? line.columns.at(-1) ?? line.column);

const columnsOf = (line: Line): readonly number[] =>
  line.columns ?? Array.from({ length: line.text.length }, (_, index) => line.column + index);
