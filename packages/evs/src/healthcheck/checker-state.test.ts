import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  firstCheckMs,
  initialCheckerState,
  stepChecker,
  type CheckerState,
  type CheckSchedule,
  type WhileDown,
} from './checker-state.ts';

const schedule: CheckSchedule = {
  delayLoopMs: 6_000,
  warmupMs: 6_000,
  retries: 2,
  delayBeforeRetryMs: 1_000,
  alpha: false,
};
const up: CheckerState = { isUp: true, hasRun: true, attempts: 0 };
const down: CheckerState = { isUp: false, hasRun: true, attempts: 0 };

/** Plays results, + for a success; one word for each: the change, or how long until the next check. */
function play(
  start: CheckerState,
  results: string,
  whileDown: WhileDown = 'bursts',
  retriesFirst = false,
): string[] {
  let state = start;
  return Array.from(results).map((result) => {
    const {
      state: next,
      nextMs,
      change,
    } = stepChecker(state, schedule, { whileDown, retriesFirst }, result === '+');
    state = next;
    return change ?? String(nextMs);
  });
}

describe('a real server that is up', () => {
  test('goes down after the first failure and all retries', () => {
    expect(play(up, '---')).toEqual(['1000', '1000', 'down']);
  });

  test('stays up if a retry succeeds, and has all retries again', () => {
    expect(play(up, '--+--+')).toEqual(['1000', '1000', '6000', '1000', '1000', '6000']);
  });

  test('goes down at its very first check, without retries', () => {
    expect(play(initialCheckerState(schedule), '-')).toEqual(['down']);
  });

  test('goes down at its first check only after retries if it is checked by SMTP', () => {
    expect(play(initialCheckerState(schedule), '---', 'bursts', true)).toEqual([
      '1000',
      '1000',
      'down',
    ]);
  });
});

describe('a real server that is down', () => {
  test('comes up with one success', () => {
    expect(play(down, '+')).toEqual(['up']);
  });

  test('is tried in bursts, or once each time', () => {
    expect(play(down, '----')).toEqual(['1000', '1000', '6000', '1000']);
    expect(play(down, '----', 'single')).toEqual(['6000', '6000', '6000', '6000']);
  });

  test('is one that begins so, in alpha mode', () => {
    expect(play(initialCheckerState({ ...schedule, alpha: true }), '-+')).toEqual(['1000', 'up']);
  });
});

test('firstCheckMs() is one second and a part of the warm-up', () => {
  expect([0, 0.5].map((random) => firstCheckMs(schedule, random))).toEqual([1_000, 4_000]);
});

test('changes alternate, and down takes a failure of every attempt', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.nat(5), (results, retries) => {
      const rules = { ...schedule, retries };
      let state = up;
      let failures = 0;
      for (const succeeded of results) {
        failures = succeeded ? 0 : failures + 1;
        const before = state;
        const { state: next, change } = stepChecker(
          state,
          rules,
          { whileDown: 'single' },
          succeeded,
        );
        state = next;
        if (change === 'up') expect(before.isUp).toBe(false);
        if (change === 'down') expect([before.isUp, failures]).toEqual([true, retries + 1]);
      }
    }),
  );
});
