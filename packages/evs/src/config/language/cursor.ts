import { failure, type Report, type TestStatus } from '../text/diagnostic.ts';
import type { Span } from '../text/span.ts';
import type { Statement } from '../text/tree.ts';
import type { Word } from '../text/words.ts';

/** The words of one statement that are not read yet. Values take them from left to right. */
export interface Cursor {
  readonly statement: Statement;
  readonly words: readonly Word[];
  index: number;
  readonly report: Report;
  /** keepalived's exit status if a word is missing. */
  readonly whenMissing: TestStatus;
}

/** Behind the first `skip` words of a statement. */
export const cursorAt = (
  statement: Statement,
  skip: number,
  report: Report,
  whenMissing: TestStatus = 2,
): Cursor => ({
  whenMissing,
  statement,
  words: statement.words,
  index: skip,
  report,
});

export const peek = (cursor: Cursor): Word | undefined => cursor.words[cursor.index];

/** The next word; if there is none, that is reported: for keepalived the one error that ends it. */
export function take(cursor: Cursor, what: string): Word | undefined {
  const word = cursor.words[cursor.index++];
  if (word !== undefined) return word;
  const [keyword] = cursor.statement.words;
  const message = `${keyword.text} needs ${what}`;
  const status = cursor.whenMissing;
  const hint = status === 2 ? 'keepalived ends here, also when it reloads' : undefined;
  cursor.report(failure(endOf(cursor.statement.at), message, { hint, status }));
  return undefined;
}

const endOf = (at: Span): Span => ({ ...at, column: at.column + at.length, length: 1 });
