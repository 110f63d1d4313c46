import { isDeepStrictEqual } from 'node:util';
import type { Holdings, RouterPlan } from './plan.ts';

/** What becomes of a virtual router that gets other settings. */
export interface PlanChanges {
  readonly gone: Holdings;
  readonly come: Holdings;
  /** It needs other sockets or another device. */
  readonly moves: boolean;
}

export function changesOf(before: RouterPlan, after: RouterPlan): PlanChanges {
  const moves = !isDeepStrictEqual(placeOf(before), placeOf(after));
  return {
    gone: moves ? before.holdings : without(before.holdings, after.holdings),
    come: without(after.holdings, before.holdings),
    moves,
  };
}

/** What the first has and the second has not. */
export const without = (some: Holdings, others: Holdings): Holdings => ({
  addresses: missing(some.addresses, others.addresses),
  routes: missing(some.routes, others.routes),
  rules: missing(some.rules, others.rules),
});

const missing = <T>(some: readonly T[], others: readonly T[]): readonly T[] =>
  some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other)));

function placeOf(plan: RouterPlan) {
  const { router, source, unicastTimeToLive, vmac, addressVmacs, promoteSecondaries } = plan;
  const { interface: device, group, unicastPeers, sealed } = router;
  const key = sealed === true ? router.password : undefined;
  return {
    key,
    promoteSecondaries,
    device,
    group,
    unicast: unicastPeers.length > 0,
    source,
    unicastTimeToLive,
    vmac,
    addressVmacs,
  };
}
