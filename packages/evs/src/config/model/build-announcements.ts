import { only } from '../language/read-section.ts';
import type { SectionOf } from '../language/spec.ts';
import type { vrrpInstance } from '../language/keywords/vrrp-instance.ts';
import { inheritedOr } from './build-timing.ts';
import type { GlobalKeywords } from './build-global.ts';
import type { Announcements } from './configuration.ts';

const usualDelayMs = 5_000;
const usualRepeat = 5;

/** How a virtual router announces its addresses: its own words, else global_defs', else keepalived's defaults. */
export function buildAnnouncements(
  own: SectionOf<typeof vrrpInstance>['keywords'],
  global: GlobalKeywords,
): Announcements {
  const minimal = only(global.vrrp_min_garp) ?? false;
  const [delay, repeatsOnce] = minimal ? [0, 1] : [usualDelayMs, usualRepeat];
  const delayMs = inheritedOr([own.garp_master_delay, global.vrrp_garp_master_delay], delay);
  const repeat = inheritedOr([own.garp_master_repeat, global.vrrp_garp_master_repeat], repeatsOnce);
  return {
    repeat,
    delayMs,
    refreshMs: inheritedOr([own.garp_master_refresh, global.vrrp_garp_master_refresh], 0),
    refreshRepeat: inheritedOr(
      [own.garp_master_refresh_repeat, global.vrrp_garp_master_refresh_repeat],
      1,
    ),
    lowerPriorityDelayMs: inheritedOr(
      [own.garp_lower_prio_delay, global.vrrp_garp_lower_prio_delay],
      delayMs,
    ),
    lowerPriorityRepeat: inheritedOr(
      [own.garp_lower_prio_repeat, global.vrrp_garp_lower_prio_repeat],
      repeat,
    ),
  };
}
