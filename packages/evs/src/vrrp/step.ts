import type { RouterEffect, RouterEvent } from './effects.ts';
import { stepActive } from './state/active.ts';
import { stepBackup } from './state/backup.ts';
import { becomeBackup, enterFault, start, type Step } from './state/transitions.ts';
import { isOwner, type RunningRouter, type VirtualRouter } from './virtual-router.ts';

/**
 * The virtual router after an event, and what the daemon must do about it. RFC 9568 section 6.4, with what
 * keepalived adds: faults, preemption that can be delayed or forbidden, priorities that trackers change.
 */
export function step(router: RunningRouter, event: RouterEvent): Step {
  if (!isAlways(event)) return stepInState(router, event);
  switch (event.kind) {
    case 'start':
      return start(router, event.asBackup === true);
    case 'stop':
      return stop(router, event.deleted === true ? 'DELETED' : 'STOP');
    case 'fault':
      return fault(router, event.cause, event.following === true ? 1 : 2);
    case 'mended':
      return mended(router, event.cause);
    case 'priority':
      return changePriority(router, event.priority);
    case 'primaryAddress':
      return { router: { ...router, primaryAddress: event.address }, effects: [] };
    case 'reconfigure':
      return reconfigure(router, event.config);
  }
}

/** Events that mean the same in every state. */
type AlwaysEvent = Extract<RouterEvent, { readonly kind: (typeof always)[number] }>;
const always = [
  'start',
  'stop',
  'fault',
  'mended',
  'priority',
  'primaryAddress',
  'reconfigure',
] as const;
const isAlways = (event: RouterEvent): event is AlwaysEvent =>
  always.some((kind) => kind === event.kind);

function stepInState(router: RunningRouter, event: RouterEvent): Step {
  if (router.state === 'backup') return stepBackup(router, event);
  return router.state === 'active' ? stepActive(router, event) : unchanged(router);
}

const unchanged = (router: RunningRouter): Step => ({ router, effects: [] });

/** Priority 0 tells the backups not to wait. RFC 9568 section 6.4.3. */
function stop(router: RunningRouter, state: 'STOP' | 'DELETED'): Step {
  const leave: RouterEffect[] =
    router.state === 'active'
      ? [{ kind: 'advertise', priority: 0 }, { kind: 'removeAddresses' }]
      : [];
  const { priority } = router;
  return {
    router: { ...router, state: 'init' },
    effects: [{ kind: 'stopTimers' }, ...leave, { kind: 'notify', state, priority }],
  };
}

function fault(router: RunningRouter, cause: string, goodbyes: 1 | 2): Step {
  const faulty = { ...router, faults: new Set([...router.faults, cause]) };
  return router.state === 'backup' || router.state === 'active'
    ? enterFault(faulty, goodbyes)
    : unchanged(faulty);
}

/** It takes part again when the last cause has gone. */
function mended(router: RunningRouter, cause: string): Step {
  const faults = new Set([...router.faults].filter((other) => other !== cause));
  const better = { ...router, faults };
  return router.state === 'fault' && faults.size === 0
    ? becomeBackup(better, 'activeDown')
    : unchanged(better);
}

/** Said with the next regular advertisement; the owner's never changes. */
function changePriority(router: RunningRouter, wanted: number): Step {
  const priority = isOwner(router.config) ? 255 : wanted;
  if (priority === router.priority) return unchanged(router);
  const text = `Changing effective priority from ${router.priority} to ${priority}`;
  const state = router.state === 'active' ? 'MASTER_PRIORITY' : 'BACKUP_PRIORITY';
  const told: RouterEffect[] = takesPart(router) ? [{ kind: 'notify', state, priority }] : [];
  return { router: { ...router, priority }, effects: [{ kind: 'log', text }, ...told] };
}

const takesPart = ({ state }: RunningRouter): boolean => state === 'active' || state === 'backup';

/**
 * State, timers and addresses stay; an active router advertises at once, with its new settings. Its interval counts
 * from then on, a backup's from the next advertisement that it hears.
 */
function reconfigure(router: RunningRouter, config: VirtualRouter): Step {
  const activeIntervalMs =
    router.state === 'backup' && config.version === 3
      ? router.activeIntervalMs
      : config.advertiseIntervalMs;
  const { priority } = router;
  const effects: RouterEffect[] =
    router.state === 'active'
      ? [
          { kind: 'advertise', priority },
          { kind: 'startAdvertiseTimer', ms: config.advertiseIntervalMs },
        ]
      : [];
  return { router: { ...router, config, activeIntervalMs }, effects };
}
