import { addressBytes } from '../../packet/index.ts';
import type { RouterEffect, RouterEvent } from '../effects.ts';
import type { ValidAdvertisement } from '../receive.ts';
import { isOwner, type RunningRouter } from '../virtual-router.ts';
import { becomeBackup, type Step } from './transitions.ts';

/** RFC 9568 section 6.4.3. */
export function stepActive(router: RunningRouter, event: RouterEvent): Step {
  if (event.kind === 'advertiseTimer') return { router, effects: advertise(router) };
  if (event.kind === 'advertisement') return hear(router, event.advertisement);
  if (event.kind === 'follow' && event.to === 'backup') return becomeBackup(router, 'activeDown');
  return event.kind === 'addressLost' ? giveUp(router) : { router, effects: [] };
}

const advertise = ({ priority, config }: RunningRouter): RouterEffect[] => [
  { kind: 'advertise', priority },
  { kind: 'startAdvertiseTimer', ms: config.advertiseIntervalMs },
];

function hear(router: RunningRouter, advertisement: ValidAdvertisement): Step {
  if (advertisement.priority === 0) return { router, effects: advertise(router) };
  return outranks(advertisement, router)
    ? yieldTo(router, advertisement)
    : insist(router, advertisement);
}

/** A tie on priority goes to the higher address. */
function outranks({ priority, source }: ValidAdvertisement, router: RunningRouter): boolean {
  if (isOwner(router.config) && router.config.ownerIgnoresAdverts) return false;
  if (priority !== router.priority) return priority > router.priority;
  return Buffer.compare(addressBytes(source), addressBytes(router.primaryAddress)) > 0;
}

function yieldTo(router: RunningRouter, advertisement: ValidAdvertisement): Step {
  const { source, priority, intervalMs } = advertisement;
  const { config } = router;
  const learned = config.version === 3 && intervalMs > 0 ? { activeIntervalMs: intervalMs } : {};
  const { router: backup, effects } = becomeBackup({ ...router, ...learned }, 'activeDown');
  const farewell: RouterEffect[] = config.higherPrioritySendAdvert
    ? [{ kind: 'advertise', priority: router.priority }]
    : [];
  const text = `Yielding to ${source} with priority ${priority}, ours is ${router.priority}`;
  return { router: backup, effects: [{ kind: 'log', text }, ...farewell, ...effects] };
}

/** Somebody else was active, too: neighbours must hear once more where the addresses are. */
function insist(router: RunningRouter, { source, priority }: ValidAdvertisement): Step {
  const text = `Lower priority ${priority} of ${source}, ours is ${router.priority}: forcing an election`;
  const answer = router.config.lowerPriorityNoAdvert ? [] : advertise(router);
  return {
    router,
    effects: [
      { kind: 'log', text },
      ...answer,
      { kind: 'announceAddresses', because: 'lowerPriority' },
      { kind: 'notify', state: 'MASTER_RX_LOWER_PRI', priority: router.priority },
    ],
  };
}

/** Without one of the addresses another router may serve better. */
function giveUp(router: RunningRouter): Step {
  const { router: backup, effects } = becomeBackup(router, 'skew');
  return { router: backup, effects: [{ kind: 'advertise', priority: 0 }, ...effects] };
}
