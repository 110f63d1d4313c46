import { caution } from '../../text/diagnostic.ts';
import { peek } from '../cursor.ts';
import { mapped, wordValue, type Value } from '../value.ts';

/** A whole number from `least` to `most`. */
export const integer = (least: number, most: number, syntax = 'N'): Value<number> =>
  wordValue(syntax, (text) => {
    if (!/^[+-]?\d+$/.test(text)) return { problem: `'${text}' is no number` };
    return bounded(Number(text), least, most);
  });

/** 32 bits without a sign. */
export const unsigned = integer(0, 0xffff_ffff);
export const positive = integer(1, 0x7fff_ffff);

/** As C reads it: decimal, `0x…` or `0…`. */
export const cInteger = (least: number, most: number, syntax = 'N'): Value<number> =>
  wordValue(syntax, (text) => {
    const octal = /^0[0-7]+$/.test(text);
    if (!octal && !/^(0x[\da-f]+|\d+)$/i.test(text)) return { problem: `'${text}' is no number` };
    return bounded(octal ? Number.parseInt(text, 8) : Number(text), least, most);
  });

/** Seconds with a fraction, in microsecond steps; read as milliseconds. */
export const seconds = (least: number, most: number): Value<number> =>
  wordValue('SECONDS', (text) => {
    if (!/^\+?(\d+\.?\d*|\.\d+)$/.test(text))
      return { problem: `'${text}' is no number of seconds` };
    const read = bounded(Number(text), least, most);
    return 'value' in read ? { value: Math.round(read.value * 1e6) / 1e3 } : read;
  });

/** Milliseconds with a fraction. */
export const milliseconds = (least: number, most: number): Value<number> =>
  wordValue('MILLISECONDS', (text) =>
    /^\d+(\.\d*)?$/.test(text)
      ? bounded(Number(text), least, most)
      : { problem: `'${text}' is no number of milliseconds` },
  );

/** Whole seconds, read as milliseconds. */
export const wholeSeconds = (least: number, most: number): Value<number> =>
  mapped(integer(least, most, 'SECONDS'), (read) => read * 1_000);

/** Whole seconds; keepalived 2.3 takes fractions as well, and 2.2 refuses them. */
export const secondsSince23 = (least: number, most: number): Value<number> => {
  const value = atLeast(1_000, 1_000, seconds(least, most), 'second');
  return {
    ...value,
    read: (cursor) => {
      const word = peek(cursor);
      if (word !== undefined && /\./.test(word.text)) {
        cursor.report(caution(word.at, 'keepalived 2.2 takes no fraction of a second here'));
      }
      return value.read(cursor);
    },
  };
};

/** A number that is raised to a least one, with a warning. */
export const atLeast = (
  least: number,
  unit: number,
  value: Value<number>,
  what: string,
): Value<number> => ({
  ...value,
  read: (cursor) => {
    const word = peek(cursor);
    const read = value.read(cursor);
    if (read === undefined || read.value > 0 || word === undefined) return read;
    cursor.report(caution(word.at, `This must be more than 0: ${least / unit} ${what} is taken`));
    return { value: least };
  },
});

/** 1 or more; 0 counts as 1, with a warning. */
export const repeats: Value<number> = atLeast(1, 1, integer(0, 0xffff_ffff), 'time');

const bounded = (
  value: number,
  least: number,
  most: number,
): { readonly value: number } | { readonly problem: string } =>
  value >= least && value <= most
    ? { value }
    : { problem: `${value} is out of range: ${least} to ${most}` };
