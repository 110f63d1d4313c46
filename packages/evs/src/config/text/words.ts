import { failure, type Report } from './diagnostic.ts';
import { slice, spanOf, type Line } from './line.ts';
import type { Span } from './span.ts';

/** One word of a statement, without its quotes. */
export interface Word {
  readonly text: string;
  readonly at: Span;
  /** Written in double quotes, so that it is neither a brace nor a keyword. */
  readonly quoted: boolean;
}

/** Words between blanks. A double quote begins or ends one wherever it stands: `a"b c"` is two. */
export function wordsOf(line: Line): readonly Word[] {
  const words: Word[] = [];
  for (const { index, 0: match } of line.text.matchAll(/"[^"]*"?|[^\s"]+/g)) {
    const quoted = match.startsWith('"');
    words.push({
      text: quoted
        ? match.slice(1, match.endsWith('"') && match.length > 1 ? -1 : undefined)
        : match,
      at: spanOf(line, index, index + match.length),
      quoted,
    });
  }
  return words;
}

/** What a line consists of: texts without braces, and the braces between them. */
export type Piece =
  | { readonly kind: 'statement'; readonly line: Line }
  | { readonly kind: 'open' | 'close'; readonly at: Span };

/** Splits a line at `{` and `}` outside double quotes. A line whose quotes do not pair up is reported, and none. */
export function piecesOf(line: Line, report: Report): readonly Piece[] {
  if (!/[{}"]/.test(line.text)) return line.text.trim() === '' ? [] : [{ kind: 'statement', line }];
  if (((line.text.match(/"/g) ?? []).length & 1) === 1) {
    const at = line.text.lastIndexOf('"');
    report(failure(spanOf(line, at, at + 1), 'This quote is not closed on its line'));
    return [];
  }
  const pieces: Piece[] = [];
  for (const { index, 0: match } of line.text.matchAll(/[{}]|(?:[^{}"]|"[^"]*")+/g)) {
    const end = index + match.length;
    if (match === '{') pieces.push({ kind: 'open', at: spanOf(line, index, end) });
    else if (match === '}') pieces.push({ kind: 'close', at: spanOf(line, index, end) });
    else if (match.trim() !== '') pieces.push(statement(line, index, end));
  }
  return pieces;
}

const statement = (line: Line, from: number, to: number): Piece => ({
  kind: 'statement',
  line: slice(line, from, to),
});
