import { expect, test } from 'vitest';
import {
  configuredTicks,
  jiffies,
  kernelFeatures,
  measuredTicks,
  requireKernel,
  ticksPerSecond,
} from '../../src/linux/index.ts';

test('ticksPerSecond() is what the kernel was configured with, and what is measured', () => {
  expect([100, 250, 300, 1000]).toContain(ticksPerSecond());
  expect(measuredTicks()).toBe(configuredTicks() ?? measuredTicks());
});

test('jiffies() grow', () => {
  const first = jiffies();
  const until = process.hrtime.bigint() + 30_000_000n;
  while (process.hrtime.bigint() < until);

  expect(jiffies()).toBeGreaterThan(first);
});

test('kernelFeatures() agrees with the version', () => {
  const { release, tcx } = kernelFeatures();

  expect(tcx).toBe(release.major > 6 || (release.major === 6 && release.minor >= 6));
  expect(() => requireKernel()).not.toThrow();
  expect(() => requireKernel({ major: 5, minor: 15, text: '5.15.0-91' })).toThrow(
    'This is Linux 5.15.0-91, and 6.1 is the oldest that will do',
  );
});
