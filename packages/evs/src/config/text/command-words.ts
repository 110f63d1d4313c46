/** The words of a command, quoted by `'` or `"` and escaped as the manual's section on commands says; or why not. */
export type CommandWords =
  | { readonly words: readonly string[] }
  | { readonly problem: string; readonly index: number };

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Splits a command at blanks. Quoted pieces that touch belong to one word. Escapes: `\a \b \E \f \n \r \t \v`,
 * up to three octal digits, `\xHH`, `\cX`; any other character stands for itself.
 */
export function commandWords(text: string): CommandWords {
  const words: string[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const read = readWord(text, at);
    if ('problem' in read) return read;
    words.push(read.word);
    at = skipBlanks(text, read.end);
  }
  return { words };
}

const skipBlanks = (text: string, from: number): number =>
  from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);

type ReadWord =
  | { readonly word: string; readonly end: number }
  | { readonly problem: string; readonly index: number };

function readWord(text: string, start: number): ReadWord {
  let word = '';
  let quote: { readonly mark: string; readonly index: number } | undefined;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      const escape = readEscape(text, at);
      word += escape.text;
      at = escape.last;
    } else if (character === quote?.mark) quote = undefined;
    else if (quote !== undefined) word += character;
    else if (character === "'" || character === '"') quote = { mark: character, index: at };
    else if (/\s/.test(character)) return { word, end: at };
    else word += character;
  }
  if (quote !== undefined) return { problem: 'This quote is not closed', index: quote.index };
  return { word, end: text.length };
}

/** The character that the escape at a backslash stands for, and the index of its last character. */
function readEscape(text: string, backslash: number): { text: string; last: number } {
  const rest = text.slice(backslash + 1, backslash + 4);
  const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
  if (octal !== undefined) {
    return { text: characterOf(Number.parseInt(octal, 8)), last: backslash + octal.length };
  }
  const hex = /^x([\da-fA-F]{1,2})/.exec(rest)?.[1];
  if (hex !== undefined) {
    return { text: characterOf(Number.parseInt(hex, 16)), last: backslash + 1 + hex.length };
  }
  if (/^c[\s\S]/.test(rest)) {
    return { text: characterOf(rest.charCodeAt(1) & 0x1f), last: backslash + 2 };
  }
  const plain = rest.charAt(0);
  return { text: escapes[plain] ?? plain, last: backslash + 1 };
}

const characterOf = (code: number): string => String.fromCharCode(code & 0xff);
