import {
  all,
  any,
  reserved,
  struct,
  u32,
  u64,
  type Builder,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import { CacheMemberKey, type CacheEntry, type CacheKey, type RealServerSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import { isConfigured } from './cache.ts';
import { overhead } from './least.ts';
import { usable } from './usable.ts';

/** The members of one of lblcr's sets, weighed: a walk from the newest to the oldest. */
const WeighedSet = struct('weighed_set', {
  member: CacheMemberKey,
  leastLoad: u64,
  mostLoad: u64,
  least: u32,
  leastWeight: u32,
  most: u32,
  mostWeight: u32,
  /** The member that was looked at before the most loaded one; 0: none. */
  beforeMost: u32,
  before: u32,
  _: reserved(8),
});
type SetPointer = Pointer<typeof WeighedSet>;
interface Candidate {
  readonly server: Pointer<typeof RealServerSlot>;
  readonly slot: Value<U32>;
  readonly load: Value<U64>;
  readonly weight: Value<U64>;
}

/** Finds the least loaded usable member, and the most loaded one whose weight is not 0. */
export function weighSet(
  { b, maps }: Scheduling,
  key: Pointer<typeof CacheKey>,
  entry: Pointer<typeof CacheEntry>,
): SetPointer {
  const set = b.local(WeighedSet);
  set.copyBytes(0, key, 0, 24);
  set.view('member').set('realServer', entry.get('head'));
  b.loop(entry.get('size'), set, (step, _index, state) => {
    const member = state.view('member');
    const slot = member.get('realServer');
    const server = step.lookup(maps.realServers, slot).orReturn(1);
    const weight = server.get('weight').to(u64);
    const candidate: Candidate = { server, slot, weight, load: overhead(step, server) };
    considerLeast(step, state, candidate);
    considerMost(step, state, candidate);
    state.set('before', slot);
    const next = step.lookup(maps.cacheMembers, member).orReturn(1).get('next');
    member.set('realServer', next);
    return step.select(next.eq(0), u32, 1, 0);
  });
  return set;
}

function considerLeast(step: Builder, set: SetPointer, candidate: Candidate): void {
  const { server, slot, load, weight } = candidate;
  const isLess = any(set.get('least').eq(0), () =>
    set
      .get('leastLoad')
      .mul(weight)
      .sgt(load.mul(set.get('leastWeight').to(u64))),
  );
  step.if(
    all(
      usable(server),
      () => isConfigured(server),
      () => isLess,
    ),
    () => {
      set.set('least', slot);
      set.set('leastLoad', load);
      set.set('leastWeight', weight.to(u32));
    },
  );
}

function considerMost(step: Builder, set: SetPointer, candidate: Candidate): void {
  const { slot, load, weight } = candidate;
  const isMore = any(set.get('most').eq(0), () =>
    load.mul(set.get('mostWeight').to(u64)).sgt(set.get('mostLoad').mul(weight)),
  );
  step.if(
    all(weight.ne(0), () => isMore),
    () => {
      set.set('most', slot);
      set.set('mostLoad', load);
      set.set('mostWeight', weight.to(u32));
      set.set('beforeMost', set.get('before'));
    },
  );
}
