import { expect, test } from 'vitest';
import type { Counters, Rates } from './model.ts';
import { currentRates, moveRates, startRates } from './rates.ts';

const counted = (packets: number, bytes: number): Counters => ({
  connections: packets,
  inPackets: packets,
  outPackets: 0,
  inBytes: bytes,
  outBytes: 0,
});

/** What is shown at the end of each of the first periods of steady traffic. */
function shown(periods: number, packets: number, bytes: number): Rates[] {
  let estimate = startRates();
  return Array.from({ length: periods }, (_, index) => {
    estimate = moveRates(estimate, counted(packets * (index + 1), bytes * (index + 1)));
    return currentRates(estimate);
  });
}

test('20 packets a second show as ip_vs shows them', () => {
  const rates = shown(10, 40, 0).map(({ inPackets }) => inPackets);
  expect(rates).toEqual([5, 9, 12, 14, 15, 16, 17, 18, 18, 19]);
});

test('2000 bytes a second too', () => {
  expect(shown(4, 0, 4000).map(({ inBytes }) => inBytes)).toEqual([500, 875, 1156, 1367]);
});

test('rates fall to 0 when traffic stops, and counters that are there at the start do not count', () => {
  let estimate = startRates(counted(1_000_000, 1_000_000));
  estimate = moveRates(estimate, counted(1_000_040, 1_000_000));
  for (let period = 0; period < 40; period++) estimate = moveRates(estimate, estimate.counters);
  expect(currentRates(estimate)).toEqual(counted(0, 0));
});
