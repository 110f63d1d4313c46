import type { Span } from '../text/span.ts';
import type { Value } from './value.ts';

/** How often files have it: in most, in many, seldom. */
export type Usage = 'core' | 'common' | 'rare';

/** A value and where it was written. */
export interface Located<T> {
  readonly value: T;
  readonly at: Span;
}

interface About {
  readonly usage: Usage;
  /** One phrase for the manual. */
  readonly meaning: string;
  /** What holds without it, for the manual. */
  readonly initial?: string;
  /** Understood, but evs does nothing about it; says why if that needs saying. */
  readonly notCarriedOut?: string | true;
  /** The first version of keepalived that has it, if later than 2.2. */
  readonly since?: string;
  /** Still read, but what to write instead. */
  readonly deprecated?: string;
  /** keepalived too says that it is out of date, and exits with 5. */
  readonly told?: true;
}

/** A keyword on a line of its own. */
export interface Leaf<T> extends About {
  readonly kind: 'leaf';
  readonly value: Value<T>;
  /** Which counts if it is there twice: keepalived takes the last of most, the first of scripts. */
  readonly repeat: 'last' | 'first' | 'all';
}

/** A keyword with a block that holds one entry a line. */
export interface List<A, E> extends About {
  readonly kind: 'list';
  readonly argument: Value<A>;
  readonly entry: Value<E>;
}

/** A keyword with a block of keywords. */
export interface Group<A, K extends Keywords> extends About {
  readonly kind: 'group';
  readonly argument: Value<A>;
  readonly keywords: K;
  /** Other words for some of the keywords. */
  readonly synonyms: Readonly<Record<string, string>>;
}

export type Spec = Leaf<unknown> | List<unknown, unknown> | AnyGroup;
export interface AnyGroup extends Group<unknown, Keywords> {}
export interface Keywords {
  readonly [name: string]: Spec;
}

/** What reading a keyword yields. */
export type ValueOf<S> =
  S extends Leaf<infer T>
    ? T
    : S extends List<infer A, infer E>
      ? Entries<A, E>
      : S extends Group<infer A, infer K>
        ? Section<A, K>
        : never;

export interface Entries<A, E> {
  readonly argument: A;
  readonly entries: readonly Located<E>[];
}

/** A block that was read: all uses of each keyword that count, in their order. */
export interface Section<A, K extends Keywords> {
  readonly argument: A;
  readonly keywords: { readonly [N in keyof K]: readonly Located<ValueOf<K[N]>>[] };
}

export type SectionOf<S> = S extends Group<infer A, infer K> ? Section<A, K> : never;

type Details = Omit<About, 'usage' | 'meaning'> & { readonly repeat?: Leaf<unknown>['repeat'] };

const leaf =
  (usage: Usage) =>
  <T>(value: Value<T>, meaning: string, details: Details = {}): Leaf<T> => ({
    kind: 'leaf',
    usage,
    value,
    meaning,
    repeat: 'last',
    ...details,
  });

/** In most files. */
export const core = leaf('core');
/** In many files. */
export const common = leaf('common');
/** Seldom seen, and carried out. */
export const rare = leaf('rare');

/** Seldom seen, understood, and not carried out; the reader warns. */
export const ignored = <T>(value: Value<T>, meaning: string, details: Details = {}): Leaf<T> =>
  leaf('rare')(value, meaning, { notCarriedOut: true, ...details });

export const list = <A, E>(
  usage: Usage,
  argument: Value<A>,
  entry: Value<E>,
  meaning: string,
  details: Omit<About, 'usage' | 'meaning'> = {},
): List<A, E> => ({ kind: 'list', usage, argument, entry, meaning, ...details });

export const group = <A, const K extends Keywords>(
  usage: Usage,
  argument: Value<A>,
  keywords: K,
  meaning: string,
  details: Omit<About, 'usage' | 'meaning'> & { readonly synonyms?: Group<A, K>['synonyms'] } = {},
): Group<A, K> => ({ kind: 'group', usage, argument, keywords, meaning, synonyms: {}, ...details });
