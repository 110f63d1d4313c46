import type { RouterEffect, RouterEvent } from '../effects.ts';
import type { ValidAdvertisement } from '../receive.ts';
import { activeDownMs, skewMs } from '../timers.ts';
import type { RunningRouter } from '../virtual-router.ts';
import { becomeActive, type Step } from './transitions.ts';

/** RFC 9568 section 6.4.2. */
export function stepBackup(router: RunningRouter, event: RouterEvent): Step {
  if (event.kind === 'activeDownTimer') return silence(router, event.lateMs ?? 0);
  if (event.kind === 'advertisement') return hear(router, event.advertisement);
  if (event.kind === 'awaitGroup') return awaitGroup(router);
  if (event.kind === 'follow' && event.to === 'active') return becomeActive(router);
  const isDelayOver = event.kind === 'preemptDelayTimer';
  return { router: isDelayOver ? { ...router, preemptDelay: 'over' } : router, effects: [] };
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
  if (priority >= router.priority) return obey({ ...router, preemptDelay: 'idle' }, advertisement);
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
  const { config, preemptDelay } = router;
  if (!config.preempt || preemptDelay === 'running') return obey(router, advertisement);
  if (config.preemptDelayMs > 0 && preemptDelay === 'idle') {
    const { router: obedient, effects } = obey(
      { ...router, preemptDelay: 'running' },
      advertisement,
    );
    const delay: RouterEffect = { kind: 'startPreemptDelayTimer', ms: config.preemptDelayMs };
    return { router: obedient, effects: [...effects, delay] };
  }
  const text = `Discarding lower priority ${advertisement.priority} of ${advertisement.source}`;
  return { router, effects: [{ kind: 'log', text }] };
}
