import type { RunningRouter } from './virtual-router.ts';

/**
 * How much longer a backup of lower priority waits, in milliseconds: lets the highest wake first. Version 2:
 * a part of one second, RFC 3768 section 6.1; version 3: of the active router's interval, RFC 9568 section 6.1.
 */
export function skewMs({ config, priority, activeIntervalMs }: RunningRouter): number {
  const unit = config.version === 2 ? 1_000 : activeIntervalMs;
  return ((256 - priority) * unit) / 256;
}

/** How long a backup waits for an advertisement before it takes over, in milliseconds: Active_Down_Interval. */
export const activeDownMs = (router: RunningRouter): number =>
  router.config.downTimerAdverts * router.activeIntervalMs + skewMs(router);
