import { randomInt } from 'node:crypto';
import type { RealServer, SchedulerName, VirtualService } from '../../director/model.ts';
import { RealServerFlag, SchedulerCode, type Method } from '../layouts.ts';
import { hasCache } from '../scheduler/has-cache.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';
import { wrrAfterChange } from './wrr-level.ts';

/** What a change of a service's real servers was, for the schedulers' memory. */
interface Change {
  /** Weights of the old order's servers that remain, with new weights, then one list per addition. */
  readonly stages: readonly (readonly number[])[];
  /** All weights in the end, in scan order. */
  readonly weights: readonly number[];
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
  const change = describeChange(old, edited, slots, wanted.realServers);
  const cursor = sameScheduler ? record.u64('cursor') : 0n;
  const slot = Number(cursor & 0xffff_ffffn);
  if (change.structural) {
    link(registry, service, slots);
    if (!slots.includes(slot)) record.setU64('cursor', BigInt(predecessor(old, slots, slot)));
  }
  if (!sameScheduler) startScheduler(service, wanted.scheduler);
  if (wanted.scheduler === 'wrr') {
    const level = sameScheduler ? Number(cursor >> 32n) : 0;
    if (change.structural || change.edited || !sameScheduler || isStale(service, level, change)) {
      writeWrr(service, level, change);
    }
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
  editedSlots: ReadonlySet<number>,
  slots: readonly number[],
  realServers: readonly RealServer[],
): Change {
  const weightOf = (slot: number): number => realServers[slots.indexOf(slot)]?.weight ?? 0;
  const kept = old.filter((slot) => slots.includes(slot));
  const added = slots.filter((slot) => !old.includes(slot)).toReversed();
  const removed = kept.length !== old.length;
  const edited = kept.some((slot) => editedSlots.has(slot));
  const stages: number[][] = removed || edited ? [kept.map(weightOf)] : [];
  const present = kept.map(weightOf);
  for (const slot of added) {
    present.unshift(weightOf(slot));
    stages.push([...present]);
  }
  return { stages, weights: slots.map(weightOf), structural: removed || added.length > 0, edited };
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
function predecessor(old: readonly number[], slots: readonly number[], slot: number): number {
  return (
    old.slice(0, Math.max(0, old.indexOf(slot))).findLast((other) => slots.includes(other)) ?? 0
  );
}

function writeWrr(service: ServiceEntry, level: number, change: Change): void {
  const stages = change.stages.length > 0 ? change.stages : [change.weights];
  let state = { level, maximum: 0, step: 1 };
  for (const weights of stages) state = wrrAfterChange(state.level, weights);
  service.record.setU32('maximum', state.maximum);
  service.record.setU32('step', state.step);
  service.record.setU64('cursor', BigInt(state.level) << 32n);
}

/** A daemon that died after it had written new weights left wrr's highest level and step behind. */
function isStale({ record }: ServiceEntry, level: number, { weights }: Change): boolean {
  const { maximum, step } = wrrAfterChange(level, weights);
  return record.u32('maximum') !== maximum || record.u32('step') !== step;
}

export const methodFlag = (method: keyof typeof Method): number => RealServerFlag[method];
