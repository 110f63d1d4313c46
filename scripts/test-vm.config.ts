import { defineConfig } from 'vitest/config';

const tenMinutesMs = 600_000;

/** For scripts/test-vm: the kernel tests on a processor that is ten times slower. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    name: 'kernel',
    include: ['packages/evs/test/kernel/**/*.test.ts'],
    reporters: ['verbose', './test/skips-reporter.ts'],
    // All in one process, so that each module is read and compiled once.
    isolate: false,
    fileParallelism: false,
    testTimeout: tenMinutesMs,
    hookTimeout: tenMinutesMs,
    teardownTimeout: 60_000,
  },
});
