import { expect, test } from 'vitest';
import { effectivePriority, standingOf, type Reading, type Track } from './tracking.ts';

const track = (weight: number, reverse = false): Track => ({
  tracker: 'script chk',
  weight,
  reverse,
});
const standing = (one: Track, reading?: Reading) =>
  standingOf([one], new Map(reading === undefined ? [] : [['script chk', reading]]));

// keepalived.conf(5), track_script: weight.
test.each([
  [20, false, true, 20],
  [20, false, false, 0],
  [-20, false, true, 0],
  [-20, false, false, -20],
  [20, true, true, 0],
  [20, true, false, 20],
  [-20, true, true, -20],
  [-20, true, false, 0],
])('weight %d, reverse %s: what is up: %s, adds %d', (weight, reverse, up, sum) => {
  expect(standing(track(weight, reverse), { up })).toEqual({ sum, faults: [], waits: false });
});

test('without a weight, what is not well is a fault, and the other way round if reversed', () => {
  expect(standing(track(0), { up: false }).faults).toEqual(['script chk']);
  expect(standing(track(0), { up: true }).faults).toEqual([]);
  expect(standing(track(0, true), { up: true }).faults).toEqual(['script chk']);
  expect(standing(track(0, true), { up: false }).faults).toEqual([]);
});

test('what has not told anything yet adds nothing; without a weight it is waited for', () => {
  expect(standing(track(20))).toEqual({ sum: 0, faults: [], waits: false });
  expect(standing(track(0))).toEqual({ sum: 0, faults: [], waits: true });
});

// Measured with keepalived 2.2.7: 10 · 2 adds 20, -30 · 2 takes 60, -200 · 2 is a fault.
test.each([
  [10, 2, false, 20, false],
  [-30, 2, false, -60, false],
  [-200, 2, false, 0, true],
  [10, 2, true, -20, false],
  [1, 0, false, 0, true],
  [0, 0, false, 0, false],
  [0, 0, true, 0, true],
])(
  'a file with %d, weight %d, reverse %s: adds %d, a fault: %s',
  (value, weight, reverse, sum, isFault) => {
    const { sum: added, faults } = standing(track(weight, reverse), { value });

    expect([added, faults.length > 0]).toEqual([sum, isFault]);
  },
);

test('effectivePriority() stays between 1 and 254, and the owner’s is 255', () => {
  expect(effectivePriority(100, 20)).toBe(120);
  expect(effectivePriority(100, -200)).toBe(1);
  expect(effectivePriority(200, 200)).toBe(254);
  expect(effectivePriority(255, -200)).toBe(255);
});
