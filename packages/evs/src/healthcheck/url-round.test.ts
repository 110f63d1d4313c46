import { expect, test } from 'vitest';
import { initialUrlRound, stepUrls, type UrlRound, type UrlSchedule } from './url-round.ts';

const schedule: UrlSchedule = {
  delayLoopMs: 3_000,
  warmupMs: 0,
  retries: 1,
  delayBeforeRetryMs: 1_000,
  alpha: false,
  urls: 2,
  fastRecovery: false,
};
const up: UrlRound = { ...initialUrlRound(schedule), hasRun: true };

/** Plays results, + for a success: the URL that each was for, and the change or the time until the next. */
function play(results: string, rules = schedule, start = up): string[] {
  let state = start;
  return Array.from(results).map((result) => {
    const { url } = state;
    const { state: next, nextMs, change } = stepUrls(state, rules, result === '+');
    state = next;
    return `${url} ${change ?? nextMs}`;
  });
}

test('while up, one URL is looked at each time', () => {
  expect(play('+++')).toEqual(['0 3000', '1 3000', '0 3000']);
});

// Measured with keepalived 2.2.7: good again at +3 s, the first URL at +6 s, the second at +9 s: added at +9 s.
test('after a failure that URL must be well, and then all of them', () => {
  expect(play('+--+++')).toEqual(['0 3000', '1 1000', '1 down', '1 3000', '0 3000', '1 up']);
});

test('a failure during recovery begins it anew', () => {
  expect(play('--++-+++')).toEqual([
    '0 1000',
    '0 down',
    '0 3000',
    '0 3000',
    '1 3000',
    '1 3000',
    '0 3000',
    '1 up',
  ]);
});

test('fast recovery pauses nowhere', () => {
  expect(play('--+++', { ...schedule, fastRecovery: true })).toEqual([
    '0 1000',
    '0 down',
    '0 0',
    '0 0',
    '1 up',
  ]);
});

test('a single URL that is well again is enough', () => {
  expect(play('--+', { ...schedule, urls: 1 })).toEqual(['0 1000', '0 down', '0 up']);
});

test('the very first failure counts at once', () => {
  expect(play('-', schedule, initialUrlRound(schedule))).toEqual(['0 down']);
});
