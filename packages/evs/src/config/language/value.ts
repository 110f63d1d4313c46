import { failure, type Diagnostic } from '../text/diagnostic.ts';
import type { Word } from '../text/words.ts';
import { peek, take, type Cursor } from './cursor.ts';

/** What was read, or undefined if it was no good, which has been reported. */
export type Read<T> = { readonly value: T } | undefined;

/** A kind of argument: how the manual writes it, and how it is read. */
export interface Value<T> {
  readonly syntax: string;
  /** May be left out. */
  readonly optional: boolean;
  read(cursor: Cursor): Read<T>;
}

/** A value of one word. `parse` returns what is wrong with it as `problem`. */
export const wordValue = <T>(
  syntax: string,
  parse: (
    text: string,
    word: Word,
  ) => { readonly value: T } | { readonly problem: string; readonly hint?: string },
): Value<T> => ({
  syntax,
  optional: false,
  read: (cursor) => {
    const word = take(cursor, syntax);
    if (word === undefined) return undefined;
    const result = parse(word.text, word);
    if ('value' in result) return result;
    cursor.report(failure(word.at, result.problem, { hint: result.hint }));
    return undefined;
  },
});

/** A keyword that says all by itself. */
export const flag: Value<true> = { syntax: '', optional: true, read: () => ({ value: true }) };

/** A value that need not be there, or what is meant without it. */
export const optional = <T, F>(value: Value<T>, fallback: F): Value<T | F> => ({
  syntax: `[${value.syntax}]`,
  optional: true,
  read: (cursor) => (peek(cursor) === undefined ? { value: fallback } : value.read(cursor)),
});

/** As many as there are. */
export const many = <T>(value: Value<T>): Value<readonly T[]> => ({
  syntax: `${value.syntax} …`,
  optional: value.optional,
  read: (cursor) => {
    const values: T[] = [];
    do {
      const read = value.read(cursor);
      if (read === undefined) return undefined;
      values.push(read.value);
    } while (peek(cursor) !== undefined);
    return { value: values };
  },
});

/** The same value, where keepalived takes a wrong one without a word. */
export const unreported = <T>(value: Value<T>): Value<T> => ({
  ...value,
  read: (cursor) => {
    const quiet = {
      ...cursor,
      report: (diagnostic: Diagnostic) => cursor.report({ ...diagnostic, status: 0 }),
    };
    const read = value.read(quiet);
    cursor.index = quiet.index;
    return read;
  },
});

type Fields = Readonly<Record<string, Value<unknown>>>;
type FieldValues<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Value<infer T> ? T : never;
};

/** One value after the other, by name. */
export const sequence = <F extends Fields>(fields: F): Value<FieldValues<F>> => ({
  syntax: Object.values(fields)
    .map(({ syntax }) => syntax)
    .join(' '),
  optional: Object.values(fields).every((field) => field.optional),
  read: (cursor) => {
    const values: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const read = field.read(cursor);
      if (read === undefined) return undefined;
      values[name] = read.value;
    }
    return { value: values as FieldValues<F> };
  },
});

/** The same words, understood otherwise. */
export const mapped = <T, U>(value: Value<T>, change: (read: T) => U): Value<U> => ({
  ...value,
  read: (cursor) => {
    const read = value.read(cursor);
    return read === undefined ? undefined : { value: change(read.value) };
  },
});
