import { u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { SchedulerName } from '../../director/model.ts';
import { SchedulerCode, type ServiceSlot } from '../layouts.ts';
import { destinationHash } from '../scheduler/dh.ts';
import { weightedFailover } from '../scheduler/fo.ts';
import { localityBasedLeastConnections } from '../scheduler/lblc.ts';
import { replicatedLocalityBasedLeastConnections } from '../scheduler/lblcr.ts';
import { leastConnections } from '../scheduler/lc.ts';
import { maglevHash } from '../scheduler/mh.ts';
import { neverQueue } from '../scheduler/nq.ts';
import { weightedOverflow } from '../scheduler/ovf.ts';
import { roundRobin } from '../scheduler/rr.ts';
import { shortestExpectedDelay } from '../scheduler/sed.ts';
import { sourceHash } from '../scheduler/sh.ts';
import { twoChoices } from '../scheduler/twos.ts';
import { weightedDestinationHash } from '../scheduler/wdh.ts';
import { weightedLeastConnections } from '../scheduler/wlc.ts';
import { weightedRoundRobin } from '../scheduler/wrr.ts';
import type { Assembly } from './assembly.ts';
import type { Flow } from './parse.ts';

/** Picks a real server's slot for a new connection; 0 if there is none to be had. */
export type Scheduler = (
  a: Assembly,
  service: Pointer<typeof ServiceSlot>,
  flow: Flow,
) => Value<U32>;

/** One file each; adding one is adding a file and a line. */
const schedulers: Readonly<Record<Exclude<SchedulerName, 'none'>, Scheduler>> = {
  rr: roundRobin,
  wrr: weightedRoundRobin,
  lc: leastConnections,
  wlc: weightedLeastConnections,
  lblc: localityBasedLeastConnections,
  lblcr: replicatedLocalityBasedLeastConnections,
  dh: destinationHash,
  sh: sourceHash,
  sed: shortestExpectedDelay,
  nq: neverQueue,
  fo: weightedFailover,
  ovf: weightedOverflow,
  mh: maglevHash,
  twos: twoChoices,
  wdh: weightedDestinationHash,
  // The weighted form is what ip_vs_sh is already.
  wsh: sourceHash,
};

/** Asks the service's scheduler. */
export function schedule(
  a: Assembly,
  service: Pointer<typeof ServiceSlot>,
  flow: Flow,
): Value<U32> {
  const { b, features } = a;
  return b.within('schedule', () => {
    const slot = b.variable(u32, 0);
    const used = features.schedulers.filter((name) => name !== 'none');
    b.switch(
      service.get('scheduler'),
      used.map(
        (name) =>
          [
            SchedulerCode[name],
            () => b.within(name, () => slot.set(schedulers[name](a, service, flow))),
          ] as const,
      ),
    );
    return slot;
  });
}
