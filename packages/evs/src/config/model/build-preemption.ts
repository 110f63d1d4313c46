import { failure } from '../text/diagnostic.ts';
import { has, only, placeOf } from '../language/read-section.ts';
import type { Located } from '../language/spec.ts';
import type { Build } from './build.ts';
import type { RouterKeywords } from './build-virtual-router.ts';

export const ownerPriority = 255;

/** Who is to take over. keepalived ties nopreempt and preempt_delay to the state BACKUP. */
export function preemptionOf(
  own: RouterKeywords,
  router: { readonly initialState: string; readonly priority: number; readonly strict: boolean },
  build: Build,
): { readonly preempt: boolean; readonly preemptDelayMs: number } {
  const waits = has(own.nopreempt) && stands(own.nopreempt, againstWaiting(router), build);
  const wanted = only(own.preempt_delay) ?? 0;
  const delayed = wanted > 0 && stands(own.preempt_delay, againstDelay(router, waits), build);
  return { preempt: !waits, preemptDelayMs: delayed ? wanted : 0 };
}

/** False, and reported, if there is a reason against it. */
function stands(
  values: readonly Located<unknown>[],
  against: string | undefined,
  { report }: Build,
): boolean {
  if (against !== undefined) report(failure(placeOf(values), `${against}: it is left out`));
  return against === undefined;
}

type Router = Parameters<typeof preemptionOf>[1];

function againstWaiting({ priority, initialState }: Router): string | undefined {
  if (priority === ownerPriority) return 'Priority 255 preempts always';
  return initialState === 'MASTER' ? 'nopreempt needs state BACKUP' : undefined;
}

function againstDelay({ initialState, strict }: Router, waits: boolean): string | undefined {
  if (initialState === 'MASTER') return 'preempt_delay needs state BACKUP';
  if (waits) return 'preempt_delay cannot be with nopreempt';
  return strict ? 'preempt_delay cannot be with strict mode' : undefined;
}
