import { randomInt } from 'node:crypto';
import type { SchedulerName, VirtualService } from '../../director/model.ts';
import { RealServerFlag, SchedulerCode, type Method } from '../layouts.ts';
import { hasCache } from '../scheduler/has-cache.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';
import { extendScale, levelAfterChange, scaleOf } from './wrr-level.ts';

/** What a change of a service's real servers was, for the schedulers' memory. Slots are in scan order. */
interface Change {
  /** Those that were there before and are in their old order. */
  readonly kept: readonly number[];
  /** Those that were added after, the oldest first; one that was deleted and added again is among them. */
  readonly added: readonly number[];
  readonly structural: boolean;
  readonly edited: boolean;
}

/** Slots of a service's real servers in scan order, as the tables have them now. */
export function readChain(registry: Registry, service: ServiceEntry): number[] {
  const chain: number[] = [];
  const count = service.record.u32('count');
  for (let slot = service.record.u32('head'); slot !== 0 && chain.length < count;) {
    chain.push(slot);
    slot = registry.serverRecord(slot).u32('next');
  }
  return chain;
}

/**
 * Makes the tables' list of a service's real servers equal to `wanted` (in scan order) and brings the
 * scheduler's memory along as ip_vs would, had the changes come one by one, oldest real server first.
 * Packets that come meanwhile find a list that ends, with real servers of the old or the new one.
 */
export function relink(
  registry: Registry,
  service: ServiceEntry,
  wanted: VirtualService,
  servers: readonly ServerEntry[],
  edited: ReadonlySet<number>,
): void {
  const { record } = service;
  const old = readChain(registry, service);
  const slots = servers.map((server) => server.slot);
  const scheduler = SchedulerCode[wanted.scheduler];
  const sameScheduler = record.u32('scheduler') === scheduler;
  const change = describeChange(old, edited, slots);
  const cursor = sameScheduler ? record.u64('cursor') : 0n;
  const last = Number(cursor & 0xffff_ffffn);
  if (change.structural) {
    link(registry, service, slots);
    if (!change.kept.includes(last)) {
      record.setU64('cursor', BigInt(predecessor(old, change.kept, last)));
    }
  }
  if (!sameScheduler) startScheduler(service, wanted.scheduler);
  if (wanted.scheduler === 'wrr') {
    const level = sameScheduler ? Number(cursor >> 32n) : 0;
    const changed = change.structural || change.edited || !sameScheduler;
    bringWrr(service, level, { ...change, slots, changed }, wanted);
  }
  record.setU32('scheduler', scheduler);
}

/** A scheduler that the service did not have remembers nothing. */
function startScheduler({ record }: ServiceEntry, scheduler: SchedulerName): void {
  record.setU64('cursor', 0n);
  // A cache of its own: what is remembered under another number is never found, and ages.
  if (hasCache(scheduler)) record.setU32('maximum', randomInt(1, 2 ** 32));
}

function describeChange(
  old: readonly number[],
  edited: ReadonlySet<number>,
  slots: readonly number[],
): Change {
  const places = new Map(old.map((slot, place) => [slot, place]));
  let added = slots.length;
  for (let before = old.length; added > 0; added--) {
    const place = places.get(slots[added - 1] ?? 0) ?? before;
    if (place >= before) break;
    before = place;
  }
  const kept = slots.slice(added);
  return {
    kept,
    added: slots.slice(0, added).toReversed(),
    structural: added > 0 || kept.length !== old.length,
    edited: kept.some((slot) => edited.has(slot)),
  };
}

/** Writes the links from the end to the head, so that every state on the way is a list that ends. */
function link(registry: Registry, service: ServiceEntry, slots: readonly number[]): void {
  let next = 0;
  for (const slot of slots.toReversed()) {
    registry.serverRecord(slot).setU32('next', next);
    next = slot;
  }
  service.record.setU32('head', next);
  service.record.setU32('count', slots.length);
}

/** rr's cursor when its real server goes: the one before it that stays; 0 is the head of the list. */
function predecessor(old: readonly number[], kept: readonly number[], slot: number): number {
  const stays = new Set(kept);
  return old.slice(0, Math.max(0, old.indexOf(slot))).findLast((other) => stays.has(other)) ?? 0;
}

/**
 * wrr's levels as in ip_vs after each change: first for those that were there, then one by one with those that were
 * added. A daemon that died after it had written new weights left them behind.
 */
function bringWrr(
  { record }: ServiceEntry,
  before: number,
  {
    slots,
    kept,
    added,
    changed,
  }: Pick<Change, 'kept' | 'added'> & {
    readonly slots: readonly number[];
    readonly changed: boolean;
  },
  { realServers }: VirtualService,
): void {
  const weights = new Map(slots.map((slot, index) => [slot, realServers[index]?.weight ?? 0]));
  const weigh = (chosen: readonly number[]): number[] =>
    chosen.map((slot) => weights.get(slot) ?? 0);
  const { maximum, step } = scaleOf(weigh(slots));
  if (!changed && record.u32('maximum') === maximum && record.u32('step') === step) return;
  let scale = scaleOf(weigh(kept));
  let level = levelAfterChange(before, scale);
  for (const weight of weigh(added)) {
    scale = extendScale(scale, weight);
    level = levelAfterChange(level, scale);
  }
  record.setU32('maximum', maximum);
  record.setU32('step', step);
  record.setU64('cursor', BigInt(level) << 32n);
}

export const methodFlag = (method: keyof typeof Method): number => RealServerFlag[method];
