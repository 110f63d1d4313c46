import { replaced, slice, trimmed, type Line } from './line.ts';

/** Behind it stands what is for evs alone: keepalived takes it for a comment. */
const forUs = /^\s*#evs:\s*/;

/**
 * The line without its comment: `#` or `!` outside double quotes, to its end. `\#` and `\!` are characters. Of
 * `#evs: KEYWORD …` the keyword `evs:KEYWORD` is left.
 */
export function withoutComment(line: Line): Line {
  if (!/[#!]/.test(line.text)) return trimmed(line);
  const mark = forUs.exec(line.text)?.[0];
  let rest = mark === undefined ? line : replaced(line, 0, mark.length, 'evs:');
  let quoted = false;
  for (let at = 0; at < rest.text.length; at++) {
    const character = rest.text.charAt(at);
    if (character === '"') quoted = !quoted;
    if (quoted || !isMark(character)) continue;
    if (rest.text.charAt(at - 1) !== '\\') return trimmed(slice(rest, 0, at));
    rest = replaced(rest, at - 1, at + 1, character);
    at--;
  }
  return trimmed(rest);
}

const isMark = (character: string): boolean => character === '#' || character === '!';
