import type { RouterEvent } from '../effects.ts';
import type { ValidAdvertisement } from '../receive.ts';
import { activeDownMs, skewMs } from '../timers.ts';
import type { RunningRouter } from '../virtual-router.ts';
import { beginWaits, endWait, isHeldBack, withoutWaits } from './preemption.ts';
import { becomeActive, type Step } from './transitions.ts';

/** RFC 9568 section 6.4.2. */
export function stepBackup(router: RunningRouter, event: RouterEvent): Step {
  if (event.kind === 'activeDownTimer') return silence(router, event.lateMs ?? 0);
  if (event.kind === 'advertisement') return hear(router, event.advertisement);
  if (event.kind === 'awaitGroup') return awaitGroup(router);
  if (event.kind === 'follow' && event.to === 'active') return becomeActive(router);
  return endWait(router, event);
}

/**
 * Nobody was heard for long enough. A process that was held up for more than an interval cannot know that: what was
 * sent meanwhile may be lost. It listens for one more interval, once.
 */
function silence(router: RunningRouter, lateMs: number): Step {
  if (lateMs <= router.activeIntervalMs || router.listensAgain) return becomeActive(router);
  const text = `Held up for ${Math.round(lateMs)} ms: listening once more before taking over`;
  const ms = router.activeIntervalMs + skewMs(router);
  return {
    router: { ...router, listensAgain: true },
    effects: [
      { kind: 'log', text },
      { kind: 'startActiveDownTimer', ms },
    ],
  };
}

/** Asks again after an interval, so that it notices when the others have come so far. */
const awaitGroup = (router: RunningRouter): Step => ({
  router: { ...router, wantsActive: true },
  effects: [{ kind: 'startActiveDownTimer', ms: router.config.advertiseIntervalMs }],
});

function hear(router: RunningRouter, advertisement: ValidAdvertisement): Step {
  const { priority, source } = advertisement;
  if (priority === 0) {
    return {
      router,
      effects: [
        { kind: 'log', text: `${source} stops being active` },
        { kind: 'startActiveDownTimer', ms: skewMs(router) },
      ],
    };
  }
  if (priority >= router.priority) return obey(withoutWaits(router), advertisement);
  return hearLower(router, advertisement);
}

/** The active router lives: wait anew, and learn its interval. */
function obey(router: RunningRouter, { intervalMs }: ValidAdvertisement): Step {
  const heard = { ...router, wantsActive: false, listensAgain: false };
  const learns = router.config.version === 3 && intervalMs > 0;
  const obedient = learns ? { ...heard, activeIntervalMs: intervalMs } : heard;
  return {
    router: obedient,
    effects: [{ kind: 'startActiveDownTimer', ms: activeDownMs(obedient) }],
  };
}

/** Without a right to preempt now, a lower priority counts like any other. */
function hearLower(router: RunningRouter, advertisement: ValidAdvertisement): Step {
  if (!router.config.preempt) return obey(router, advertisement);
  const { router: waiting, effects } = beginWaits(router, advertisement);
  if (isHeldBack(waiting)) {
    const obedient = obey(waiting, advertisement);
    return { ...obedient, effects: [...obedient.effects, ...effects] };
  }
  const text = `Discarding lower priority ${advertisement.priority} of ${advertisement.source}`;
  return { router, effects: [{ kind: 'log', text }] };
}
