import { wordValue, type Value } from '../value.ts';

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

const bounded = (
  value: number,
  least: number,
  most: number,
): { readonly value: number } | { readonly problem: string } =>
  value >= least && value <= most
    ? { value }
    : { problem: `${value} is out of range: ${least} to ${most}` };
