import type { ActiveRouter } from './message.ts';

/** A router of ours that is active. */
export interface OwnActive extends ActiveRouter {
  readonly identity: string;
  readonly advertiseIntervalMs: number;
}

/** Another director that is active for addresses of one of our active routers. */
export interface Rivalry {
  readonly sinceMs: number;
  /** It lasts longer than an election, and has been told of. */
  readonly told: boolean;
}

/** By the identity of our router. */
export type Rivalries = ReadonlyMap<string, Rivalry>;

export type RivalryEvent =
  | { readonly kind: 'begins'; readonly identity: string; readonly theirs: ActiveRouter }
  /** `unknown`: nothing is heard of the other one any more. */
  | {
      readonly kind: 'ends';
      readonly identity: string;
      readonly how: 'theyYielded' | 'weYielded' | 'unknown';
    };

export interface Views {
  readonly ours: readonly OwnActive[];
  /** Undefined: the other director is silent. */
  readonly theirs: readonly ActiveRouter[] | undefined;
  readonly nowMs: number;
}

/** Intervals of advertisements after which one of two active routers that hear each other has yielded. */
const electionIntervals = 2;

/**
 * Compares what two directors are active for. Both may be active for a moment while an advertisement is on its way;
 * that they are for longer means that advertisements do not arrive, or are refused.
 */
export function stepRivalries(
  before: Rivalries,
  views: Views,
): { readonly rivalries: Rivalries; readonly events: readonly RivalryEvent[] } {
  const rivals = rivalsIn(views);
  const rivalries = new Map(
    rivals.map(({ own, nowMs }) => [own.identity, longer(before.get(own.identity), own, nowMs)]),
  );
  const isTold = (known: Rivalries, identity: string) => known.get(identity)?.told === true;
  const begun = rivals.filter(
    ({ own: { identity } }) => isTold(rivalries, identity) && !isTold(before, identity),
  );
  const gone = [...before.keys()].filter(
    (identity) => isTold(before, identity) && !rivalries.has(identity),
  );
  return {
    rivalries,
    events: [
      ...begun.map(
        ({ own: { identity }, theirs }) => ({ kind: 'begins', identity, theirs }) as const,
      ),
      ...gone.map((identity) => ({ kind: 'ends', identity, how: endOf(identity, views) }) as const),
    ],
  };
}

const rivalsIn = ({ ours, theirs = [], nowMs }: Views) =>
  ours.flatMap((own) => {
    const rival = theirs.find(({ addresses }) => share(addresses, own.addresses));
    return rival === undefined ? [] : [{ own, theirs: rival, nowMs }];
  });

function longer(known: Rivalry | undefined, own: OwnActive, nowMs: number): Rivalry {
  const sinceMs = known?.sinceMs ?? nowMs;
  const lasts = nowMs - sinceMs >= electionIntervals * own.advertiseIntervalMs;
  return { sinceMs, told: known?.told === true || lasts };
}

const share = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.includes(one));

function endOf(identity: string, { ours, theirs }: Views) {
  if (!ours.some((own) => own.identity === identity)) return 'weYielded';
  return theirs === undefined ? 'unknown' : 'theyYielded';
}
