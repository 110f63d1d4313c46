import { peek } from '../cursor.ts';
import type { Value } from '../value.ts';
import { integer } from './numbers.ts';
import { word } from './words.ts';

/** A weight that a tracked thing adds to a priority while all is well, or takes away while it is not. */
export interface TrackWeight {
  readonly weight: number;
  /** The other way round. */
  readonly reverse: boolean;
}

/** Something that is watched, by name, and its weight if it has one here. */
export interface TrackEntry {
  readonly name: string;
  readonly weight?: TrackWeight;
}

/** `N [reverse]`. */
export const trackWeight = (bound: number): Value<TrackWeight> => {
  const number = integer(-bound, bound, 'WEIGHT');
  return {
    syntax: 'WEIGHT [reverse]',
    optional: false,
    read: (cursor) => {
      const read = number.read(cursor);
      if (read === undefined) return undefined;
      const reverse = /^(no)?reverse$/.test(peek(cursor)?.text ?? '');
      if (!reverse) return { value: { weight: read.value, reverse: false } };
      return {
        value: { weight: read.value, reverse: cursor.words[cursor.index++]?.text === 'reverse' },
      };
    },
  };
};

/** `NAME [weight N [reverse]]`. */
export const trackEntry = (bound: number): Value<TrackEntry> => {
  const weight = trackWeight(bound);
  const thing = word('NAME');
  return {
    syntax: 'NAME [weight N [reverse]]',
    optional: false,
    read: (cursor) => {
      const name = thing.read(cursor);
      if (name === undefined) return undefined;
      if (peek(cursor)?.text !== 'weight') return { value: { name: name.value } };
      cursor.index++;
      const read = weight.read(cursor);
      return { value: { name: name.value, ...(read === undefined ? {} : { weight: read.value }) } };
    },
  };
};
