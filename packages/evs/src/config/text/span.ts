/** A place in a configuration file, as editors count: lines and columns from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters that the caret underlines, at least 1. */
  readonly length: number;
}

/** From the beginning of one place to the end of another on the same line. */
export const spanning = (first: Span, last: Span): Span =>
  first.file === last.file && first.line === last.line
    ? { ...first, length: Math.max(first.length, last.column + last.length - first.column) }
    : first;
