import type { RouterEffect } from '../effects.ts';
import { activeDownMs, skewMs } from '../timers.ts';
import { isOwner, type RunningRouter } from '../virtual-router.ts';

/** What a change of state forgets. */
const settled = {
  preemptDelay: 'idle',
  connections: 'unknown',
  wantsActive: false,
  listensAgain: false,
} as const;

/** The next router and what is to be done, in order. */
export interface Step {
  readonly router: RunningRouter;
  readonly effects: readonly RouterEffect[];
}

/**
 * Everybody begins as a backup and listens, but the owner of the addresses. RFC 9568 section 6.4.1. Addresses that
 * an earlier life left are taken off first: another router may have them by now.
 */
export function start(router: RunningRouter, asBackup: boolean): Step {
  const first = firstState(router, asBackup);
  return { router: first.router, effects: [{ kind: 'removeAddresses' }, ...first.effects] };
}

function firstState(router: RunningRouter, asBackup: boolean): Step {
  if (router.faults.size > 0) return enterFault(router);
  const { sealed, awaitsConnections } = router.config;
  // One that signs must hear first how far others have counted.
  const mustListen = asBackup || sealed === true || awaitsConnections;
  return isOwner(router.config) && !mustListen
    ? becomeActive(router)
    : becomeBackup(router, 'activeDown');
}

/** RFC 9568 section 6.4.2, on Active_Down_Timer. */
export function becomeActive(router: RunningRouter): Step {
  const { priority, config } = router;
  return {
    router: {
      ...router,
      state: 'active',
      activeIntervalMs: config.advertiseIntervalMs,
      ...settled,
    },
    effects: [
      { kind: 'stopTimers' },
      { kind: 'advertise', priority },
      { kind: 'addAddresses' },
      { kind: 'announceAddresses', because: 'active' },
      { kind: 'startAdvertiseTimer', ms: config.advertiseIntervalMs },
      { kind: 'notify', state: 'MASTER', priority },
    ],
  };
}

/** `wait`: as long as for a silent active router, or only as long as for one that said goodbye. */
export function becomeBackup(router: RunningRouter, wait: 'activeDown' | 'skew'): Step {
  const backup: RunningRouter = { ...router, state: 'backup', ...settled };
  const ms = wait === 'skew' ? skewMs(backup) : activeDownMs(backup);
  const wasActive: RouterEffect[] = router.state === 'active' ? [{ kind: 'removeAddresses' }] : [];
  return {
    router: backup,
    effects: [
      { kind: 'stopTimers' },
      ...wasActive,
      { kind: 'startActiveDownTimer', ms },
      { kind: 'notify', state: 'BACKUP', priority: router.priority },
    ],
  };
}

/**
 * keepalived says goodbye twice here, in case that one is lost with the interface's last breath; a member that
 * follows its sync group says it once.
 */
export function enterFault(router: RunningRouter, goodbyes: 1 | 2 = 2): Step {
  const goodbye: RouterEffect = { kind: 'advertise', priority: 0 };
  const said = Array.from({ length: goodbyes }, () => goodbye);
  const leave: RouterEffect[] =
    router.state === 'active' ? [...said, { kind: 'removeAddresses' }] : [];
  return {
    router: { ...router, state: 'fault', ...settled },
    effects: [
      { kind: 'stopTimers' },
      ...leave,
      { kind: 'notify', state: 'FAULT', priority: router.priority },
    ],
  };
}
