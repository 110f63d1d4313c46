import type { RouterEffect, RouterEvent } from '../effects.ts';
import type { ValidAdvertisement } from '../receive.ts';
import type { RunningRouter } from '../virtual-router.ts';
import type { Step } from './transitions.ts';

/** So long a backup waits for the connections of the active router; even a million of them take less. */
const patienceMs = 30_000;

/** Whether a backup that would preempt must wait still. */
export const isHeldBack = ({ preemptDelay, connections }: RunningRouter): boolean =>
  preemptDelay === 'running' || connections === 'awaited';

/** What a backup waits for before it preempts, from the first lower priority on that it hears. */
export function beginWaits(router: RunningRouter, { source }: ValidAdvertisement): Step {
  const { preemptDelayMs, awaitsConnections } = router.config;
  const delays = preemptDelayMs > 0 && router.preemptDelay === 'idle';
  const awaits = awaitsConnections && router.connections === 'unknown';
  const text = `Waiting for the connections of ${source} before taking over`;
  const delay: RouterEffect[] = [{ kind: 'startPreemptDelayTimer', ms: preemptDelayMs }];
  const patience: RouterEffect[] = [
    { kind: 'log', text },
    { kind: 'startConnectionsTimer', ms: patienceMs },
  ];
  return {
    router: {
      ...router,
      ...(delays && { preemptDelay: 'running' }),
      ...(awaits && { connections: 'awaited' }),
    },
    effects: [...(delays ? delay : []), ...(awaits ? patience : [])],
  };
}

/** One of the waits has come to its end, if the event says so. */
export function endWait(router: RunningRouter, { kind }: RouterEvent): Step {
  if (kind === 'preemptDelayTimer')
    return { router: { ...router, preemptDelay: 'over' }, effects: [] };
  if (kind !== 'connectionsKnown' && kind !== 'connectionsTimer') return { router, effects: [] };
  const isAwaited = router.connections === 'awaited';
  if (kind === 'connectionsTimer' && !isAwaited) return { router, effects: [] };
  const known = { ...router, connections: 'known' } as const;
  return { router: known, effects: isAwaited ? [{ kind: 'log', text: outcomes[kind] }] : [] };
}

const outcomes = {
  connectionsKnown: 'The connections are known: taking over',
  connectionsTimer: `Not all connections are known after ${patienceMs / 1_000} s: taking over without`,
} as const;

/** Who hears its own or a higher priority has nothing to preempt, and waits anew the next time. */
export const withoutWaits = (router: RunningRouter): RunningRouter => ({
  ...router,
  preemptDelay: 'idle',
  connections: router.connections === 'awaited' ? 'unknown' : router.connections,
});
