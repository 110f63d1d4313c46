import { type Pointer, type U32, type Value } from '@evs/ebpf';
import { CacheEntry, CacheMember, CacheMemberKey, type CacheKey } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';

type KeyPointer = Pointer<typeof CacheKey>;
type EntryPointer = Pointer<typeof CacheEntry>;

/** Remembers a destination with a set of one. Nothing is remembered if the tables are full. */
export function createSet(a: Scheduling, key: KeyPointer, slot: Value<U32>): void {
  const { b, maps, now } = a;
  const epoch = b.random();
  const member = b.local(CacheMember, { epoch });
  b.if(b.update(maps.cacheMembers, memberKey(a, key, slot), member).eq(0), () => {
    const entry = b.local(CacheEntry, {
      lastUsed: now,
      lastChanged: now,
      head: slot,
      size: 1,
      epoch,
    });
    b.update(maps.cache, key, entry, 'create');
  });
}

/** Puts a real server at the head of a set, unless it is in it. */
export function enterSet(
  a: Scheduling,
  key: KeyPointer,
  entry: EntryPointer,
  slot: Value<U32>,
): void {
  const { b, maps } = a;
  const name = memberKey(a, key, slot);
  const enter = (): void =>
    changing(a, entry, () => {
      const member = b.local(CacheMember, {
        next: entry.get('head'),
        epoch: entry.get('epoch'),
      });
      b.if(b.update(maps.cacheMembers, name, member).eq(0), () => {
        entry.set('head', slot);
        resize(a, entry, 1);
      });
    });
  b.lookup(maps.cacheMembers, name).match(
    // One of an earlier set of the same destination is none of this one.
    (member) => b.if(member.get('epoch').ne(entry.get('epoch')), enter),
    enter,
  );
}

/** Takes a real server out of a set, if the one before it (0: none) still is. */
export function leaveSet(
  a: Scheduling,
  key: KeyPointer,
  entry: EntryPointer,
  slot: Value<U32>,
  before: Value<U32>,
): void {
  const { b, maps } = a;
  const name = memberKey(a, key, slot);
  changing(a, entry, () => {
    b.lookup(maps.cacheMembers, name).match((member) => {
      const next = member.get('next');
      const leave = (): void => {
        b.remove(maps.cacheMembers, name);
        resize(a, entry, -1);
      };
      b.if(
        before.eq(0),
        () =>
          b.if(entry.get('head').eq(slot), () => {
            entry.set('head', next);
            leave();
          }),
        () =>
          b.lookup(maps.cacheMembers, memberKey(a, key, before)).match((previous) => {
            b.if(previous.get('next').eq(slot), () => {
              previous.set('next', next);
              leave();
            });
          }),
      );
    });
  });
}

/** One processor at a time changes a set; the others leave it as it is. */
function changing({ b }: Scheduling, entry: EntryPointer, change: () => void): void {
  b.if(entry.compareExchange('busy', 0, 1).eq(0), () => {
    change();
    entry.set('busy', 0);
  });
}

function resize({ now }: Scheduling, entry: EntryPointer, by: 1 | -1): void {
  const size = entry.get('size');
  entry.set('size', by === 1 ? size.add(1) : size.sub(1));
  entry.set('lastChanged', now);
}

function memberKey(
  { b }: Scheduling,
  key: KeyPointer,
  slot: Value<U32>,
): Pointer<typeof CacheMemberKey> {
  const name = b.local(CacheMemberKey, { realServer: slot });
  name.copyBytes(0, key, 0, CacheMemberKey.offsetOf('realServer'));
  return name;
}
