import type { SynchronisedConnection } from '../../director/index.ts';
import {
  RingBufferReader,
  runSyscallProgram,
  type KernelMap,
  type KernelProgram,
} from '../../linux/index.ts';
import type { AdoptionOutcome } from '../adoption-outcomes.ts';
import { AdoptionOrder } from '../layouts.ts';
import { adopt, type Adopter } from './adoptions.ts';
import type { MapStore } from './map-store.ts';
import {
  readAnnouncement,
  tellConnections,
  tellTemplates,
  type Telling,
} from './told-connection.ts';

/**
 * Calls back for what the programs announce from now on until disposed of, and then for what is still there. What nobody
 * has read before is old.
 */
export function watchAnnouncements(
  store: MapStore,
  telling: () => Telling,
  onConnection: (connection: SynchronisedConnection) => void,
): Disposable {
  const reader = new RingBufferReader(store.open('announcements') as unknown as KernelMap);
  reader.drain(() => undefined);
  const read = (record: Uint8Array): void => onConnection(readAnnouncement(record, telling()));
  reader.watch(read);
  return {
    [Symbol.dispose]: () => {
      reader.drain(read);
      reader[Symbol.dispose]();
    },
  };
}

/** Announcements that the ring had no room for. */
export function lostAnnouncements(store: MapStore): number {
  if (!store.exists('lostAnnouncements')) return 0;
  return Number(store.open('lostAnnouncements').get({ index: 0 })?.count ?? 0n);
}

/**
 * All templates and connections that live at `now`, in jiffies64.
 *
 * @yields one at a time, in no order
 */
export function* everyConnection(
  store: MapStore,
  telling: Telling,
  now: bigint,
): Generator<SynchronisedConnection> {
  for (const name of ['templates4', 'templates6'] as const) {
    if (store.exists(name)) yield* tellTemplates(store.open(name), telling, now);
  }
  for (const name of ['connections4', 'connections6'] as const) {
    if (store.exists(name)) yield* tellConnections(store.open(name), telling, now);
  }
}

/** Enters connections by the program for that; without one there are no real servers. */
export function adoptInKernel(
  store: MapStore,
  program: KernelProgram | undefined,
  connections: readonly SynchronisedConnection[],
  adopter: Omit<Adopter, 'table' | 'run'>,
): readonly AdoptionOutcome[] {
  if (program === undefined) return connections.map(() => 'no real server');
  const run = (count: number): void => {
    runSyscallProgram(program, AdoptionOrder.encode({ count }));
  };
  return adopt(connections, { ...adopter, table: store.open('adoptions'), run });
}
