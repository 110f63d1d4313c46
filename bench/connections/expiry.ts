import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { pauseAfterSweepMs } from '../../packages/evs/src/daemon/sweeper.ts';
import { Record } from '../../packages/evs/src/dataplane/control/record.ts';
import { Settings } from '../../packages/evs/src/dataplane/layouts.ts';
import { ticksPerSecond } from '../../packages/evs/src/linux/index.ts';
import type { BenchDirector } from '../support/bench-director.ts';
import type { Finding } from '../support/report.ts';
import { count, open, roomyDirector } from './table.ts';

const goalShare = 0.05;
/** Long enough to open them all and to sweep in vain a few times before the first one ends. */
const lifeMs = 8_000;

/** What it costs to find out that no connection has ended, and to remove all when all have. */
export const expiry = (): Finding[] =>
  (['gatewaying', 'masquerading'] as const).flatMap((method) => expiryOf(method));

function expiryOf(method: ForwardingMethod): Finding[] {
  using director = roomyDirector(method);
  shortenLives(director);
  open(director, count);
  const openedMs = performance.now();
  const inVain = Math.min(...Array.from({ length: 5 }, () => sweepMs(director, 0)));
  while (performance.now() < openedMs + lifeMs + 100) pause();
  const removal = sweepMs(director, count);
  const name = method === 'masquerading' ? 'NAT' : 'DR';
  return [
    finding(`a sweep over a million connections, ${name}`, inVain),
    finding(`a sweep that removes a million connections, ${name}`, removal),
  ];
}

function shortenLives(director: BenchDirector): void {
  const settings = new Record(Settings, director.store.open('settings').view(0));
  settings.setU64('established', BigInt((lifeMs / 1000) * ticksPerSecond()));
}

function sweepMs({ plane }: BenchDirector, expected: number): number {
  const startedMs = performance.now();
  const { expired } = plane.sweep();
  if (expired !== expected) throw new Error(`${expired} connections ended instead of ${expected}`);
  return performance.now() - startedMs;
}

function finding(what: string, tookMs: number): Finding {
  const pauseMs = pauseAfterSweepMs(tookMs);
  const share = tookMs / (tookMs + pauseMs);
  return {
    what,
    figure: `${tookMs.toFixed(1)} ms each ${(pauseMs / 1000).toFixed(1)} s = ${(100 * share).toFixed(1)} % of a core`,
    goal: `≤ ${100 * goalShare} %`,
    met: share <= goalShare,
  };
}

const pause = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
