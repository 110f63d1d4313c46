import { nearest } from '../nearest.ts';
import { failure } from '../../text/diagnostic.ts';
import { peek } from '../cursor.ts';
import { optional, wordValue, type Value } from '../value.ts';

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

/** 32 hexadecimal digits. */
export const md5: Value<string> = wordValue('MD5', (text) =>
  /^[\da-f]{32}$/i.test(text)
    ? { value: text.toLowerCase() }
    : { problem: `'${text}' is no MD5 digest of 32 hexadecimal digits` },
);

/** A number, or names of bits as in sys/stat.h with `|` between. */
export const modeMask: Value<string> = wordValue('MODE', (text) =>
  /^(0?[0-7]{1,4}|I[RWX](USR|GRP|OTH)(\|I[RWX](USR|GRP|OTH))*)$/.test(text)
    ? { value: text }
    : { problem: `'${text}' is no mask of file modes` },
);

/** An account that scripts run as. */
export interface ScriptUser {
  readonly user: string;
  readonly group: string | undefined;
}

/** Pairs of hexadecimal digits, with blanks between them where one likes; `x` stands for any digit where it may. */
export const hexBytes = ({ wildcards }: { readonly wildcards: boolean }): Value<string> => ({
  syntax: 'HEX',
  optional: false,
  read: (cursor) => {
    const from = cursor.index;
    const first = peek(cursor);
    cursor.index = cursor.words.length;
    const text = cursor.words.slice(from).map((one) => one.text);
    const digits = text.join('').toLowerCase();
    const form = wildcards ? /^[\da-fx]+$/ : /^[\da-f]+$/;
    if (form.test(digits)) return { value: digits };
    const at = first?.at ?? cursor.statement.at;
    cursor.report(failure(at, 'This is no row of bytes in hexadecimal digits'));
    return undefined;
  },
});
