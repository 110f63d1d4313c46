import { subprogram, u32, u64, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { SchedulerName } from '../../director/model.ts';
import { SchedulerCode, ServiceSlot } from '../layouts.ts';
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
import type { Assembly, Scheduling } from './assembly.ts';
import { ofFamily } from './of-family.ts';
import { endsOf, type Ends, type Origin } from './parse.ts';

/** Picks a real server's slot for a new connection; 0 if there is none to be had. */
export type Scheduler = (
  a: Scheduling,
  service: Pointer<typeof ServiceSlot>,
  ends: Ends,
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

/**
 * Asks the service's scheduler. One alone is part of the program; among several the service chooses in a function of
 * its own, since the verifier would go on from each of them.
 */
export const schedule = (
  a: Assembly,
  service: Pointer<typeof ServiceSlot>,
  { family, key }: Origin,
): Value<U32> =>
  a.b.within('schedule', () =>
    usedOf(a).length > 1
      ? a.b.call(scheduleRoutine(family, a), service, key, a.now).to(u32)
      : ask(a, service, endsOf(family, key)),
  );

const scheduleRoutine = ofFamily((family, { features, maps }: Scheduling) =>
  subprogram(
    `schedule_${family.name}`,
    [ServiceSlot, family.FlowKey, u64],
    (b, service, key, now) =>
      ask({ b, features, maps, now }, service.orReturn(0), endsOf(family, key.orReturn(0))).to(u64),
  ),
);

const usedOf = ({ features }: Scheduling) => features.schedulers.filter((name) => name !== 'none');

function ask(a: Scheduling, service: Pointer<typeof ServiceSlot>, ends: Ends): Value<U32> {
  const { b } = a;
  const slot = b.variable(u32, 0);
  b.switch(
    service.get('scheduler'),
    usedOf(a).map(
      (name) =>
        [
          SchedulerCode[name],
          () => b.within(name, () => slot.set(schedulers[name](a, service, ends))),
        ] as const,
    ),
  );
  return slot;
}
