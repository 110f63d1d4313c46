import { replaced, slice, trimmed, type Line } from './line.ts';

/** The line without its comment: `#` or `!` outside double quotes, to its end. `\#` and `\!` are characters. */
export function withoutComment(line: Line): Line {
  if (!/[#!]/.test(line.text)) return trimmed(line);
  let rest = line;
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
