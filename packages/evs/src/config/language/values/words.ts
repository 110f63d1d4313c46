import { nearest } from '../nearest.ts';
import { mapped, optional, wordValue, type Value } from '../value.ts';

/** One word, as it is written. */
export const word = (syntax: string): Value<string> =>
  wordValue(syntax, (text) => ({ value: text }));

/** One word of at most so many characters. */
export const shortWord = (syntax: string, most: number): Value<string> =>
  wordValue(syntax, (text) =>
    text.length <= most
      ? { value: text }
      : { problem: `'${text}' has more than ${most} characters` },
  );

/** A name of a network device. */
export const device = shortWord('INTERFACE', 15);
export const path = word('PATH');
export const name = word('NAME');

const truths: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  off: false,
  false: false,
  no: false,
};

/** `on off true false yes no`, in lower case; left out, it is true. */
export const boolean: Value<boolean> = optional(
  wordValue('on|off', (text) => {
    const value = Object.hasOwn(truths, text) ? truths[text] : undefined;
    return value === undefined ? { problem: `'${text}' is neither on nor off` } : { value };
  }),
  true,
);

/** One of some words. */
export const choice = <const T extends string>(
  words: readonly T[],
  options: { readonly anyCase?: boolean } = {},
): Value<T> =>
  wordValue(words.join('|'), (text) => {
    const wanted = options.anyCase === true ? text.toLowerCase() : text;
    const value = words.find(
      (one) => (options.anyCase === true ? one.toLowerCase() : one) === wanted,
    );
    if (value !== undefined) return { value };
    const near = nearest(text, words);
    const problem = `'${text}' is none of ${words.join(', ')}`;
    return near === undefined ? { problem } : { problem, hint: `Did you mean '${near}'?` };
  });

/** An account that scripts run as. */
export interface ScriptUser {
  readonly user: string;
  readonly group: string | undefined;
}

/** Pairs of hexadecimal digits with blanks between them where one likes. */
export const hexBytes = (wildcards: boolean): Value<string> =>
  mapped(
    {
      syntax: 'HEX',
      optional: false,
      read: (cursor) => {
        const digits = cursor.words.slice(cursor.index).map(({ text }) => text);
        cursor.index = cursor.words.length;
        return { value: digits.join('') };
      },
    },
    (digits) => (wildcards ? digits.toLowerCase().replaceAll('x', '.') : digits.toLowerCase()),
  );
