import { expect, test, vi } from 'vitest';
import { FakeDataPlane, silentLog } from './fakes.ts';
import { pauseAfterSweepMs, Sweeper } from './sweeper.ts';

test('pauseAfterSweepMs() is a second, more if sweeping took over a fiftieth of that', () => {
  expect(pauseAfterSweepMs(9)).toBe(1_000);
  expect(pauseAfterSweepMs(90)).toBe(4_500);
});

test('the table is swept every second until the end, also after a failure', () => {
  vi.useFakeTimers();
  const plane = new FakeDataPlane();
  const sweep = vi.spyOn(plane, 'sweep').mockImplementationOnce(() => {
    throw new Error('No');
  });
  const sweeper = new Sweeper(plane, silentLog);

  vi.advanceTimersByTime(3_500);
  sweeper[Symbol.dispose]();
  vi.advanceTimersByTime(3_500);

  expect(sweep).toHaveBeenCalledTimes(3);
  vi.useRealTimers();
});
