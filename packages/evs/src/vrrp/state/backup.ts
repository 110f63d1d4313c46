import type { RouterEffect, RouterEvent } from '../effects.ts';
import type { ValidAdvertisement } from '../receive.ts';
import { activeDownMs, skewMs } from '../timers.ts';
import type { RunningRouter } from '../virtual-router.ts';
import { becomeActive, type Step } from './transitions.ts';

/** RFC 9568 section 6.4.2. */
export function stepBackup(router: RunningRouter, event: RouterEvent): Step {
  if (event.kind === 'activeDownTimer') return becomeActive(router);
  if (event.kind === 'advertisement') return hear(router, event.advertisement);
  const isDelayOver = event.kind === 'preemptDelayTimer';
  return { router: isDelayOver ? { ...router, preemptDelay: 'over' } : router, effects: [] };
}

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
  const { config } = router;
  const obedient =
    config.version === 3 && intervalMs > 0 ? { ...router, activeIntervalMs: intervalMs } : router;
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
