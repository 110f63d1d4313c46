import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Counters, ServiceKey } from '../director/index.ts';
import { FakeDataPlane, silentLog } from './fakes.ts';
import { RateEstimator } from './rate-estimator.ts';

const key: ServiceKey = { kind: 'address', protocol: 'tcp', address: '10.0.0.1', port: 80 };
const server = { address: '10.0.0.2', port: 80 };
let plane: FakeDataPlane;
let estimator: RateEstimator;

function count(connections: number): void {
  const counters: Counters = {
    connections,
    inPackets: connections,
    outPackets: 0,
    inBytes: 0,
    outBytes: 0,
  };
  for (const one of [{}, { server }]) {
    plane.moved.push({ service: key, ...one, before: counted, now: counters });
  }
  counted = counters;
}

const nothing = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
let counted: Counters;

beforeEach(() => {
  vi.useFakeTimers();
  plane = new FakeDataPlane();
  counted = nothing;
  estimator = new RateEstimator(plane, silentLog);
});
afterEach(() => {
  estimator[Symbol.dispose]();
  vi.useRealTimers();
});

test('a steady load is estimated within half a minute, for services and real servers', () => {
  for (let second = 2; second <= 60; second += 2) {
    count(100 * second);
    vi.advanceTimersByTime(2_000);
  }

  expect(estimator.ratesOf(key).connections).toBeCloseTo(100, 0);
  expect(estimator.ratesOf(key, server).inPackets).toBeCloseTo(100, 0);
});

test('rates stay what they are while run_estimation is 0', () => {
  estimator[Symbol.dispose]();
  using paused = new RateEstimator(plane, silentLog, () => isRunning);
  let isRunning = true;
  count(1_000);
  vi.advanceTimersByTime(2_000);
  const before = paused.ratesOf(key);

  isRunning = false;
  count(2_000);
  vi.advanceTimersByTime(10_000);

  expect(before.connections).toBeGreaterThan(0);
  expect(paused.ratesOf(key)).toEqual(before);
});

test('zero() begins anew, and so do counters that run backwards', () => {
  count(1_000);
  vi.advanceTimersByTime(2_000);
  expect(estimator.ratesOf(key).connections).toBeGreaterThan(0);

  count(0);
  estimator.zero(key);
  expect(estimator.ratesOf(key, server).connections).toBe(0);

  count(1_000);
  vi.advanceTimersByTime(2_000);
  count(5);
  vi.advanceTimersByTime(2_000);
  expect(estimator.ratesOf(key).connections).toBe(0);
});
