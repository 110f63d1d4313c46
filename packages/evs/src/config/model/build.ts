import { failure, type Report } from '../text/diagnostic.ts';
import type { Span } from '../text/span.ts';
import type { Located } from '../language/spec.ts';
import type { Machine } from './machine.ts';

/** What every builder of a part of the configuration is given. */
export interface Build {
  readonly report: Report;
  readonly machine: Machine;
}

/** Those of several definitions that come first under their name. The others are reported and left out. */
export function firstOfEachName<T>(
  located: readonly Located<T>[],
  nameOf: (one: T) => string,
  what: string,
  { report }: Build,
): readonly Located<T>[] {
  const seen = new Map<string, Span>();
  return located.filter(({ value, at }) => {
    const name = nameOf(value);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, at);
    else report(failure(at, `${what} ${name} is there already, from line ${first.line}`));
    return first === undefined;
  });
}

/** An object without the members that are undefined. */
export const defined = <T extends object>(
  members: T,
): { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;

/** All entries of all blocks of one kind. */
export const entriesOf = <E>(
  lists: readonly Located<{ readonly entries: readonly Located<E>[] }>[],
): readonly E[] => lists.flatMap((list) => list.value.entries.map(({ value }) => value));
