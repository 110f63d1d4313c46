import { expect, test } from 'vitest';
import { parseKernelRelease, requireKernel } from './kernel.ts';

test.each([
  ['6.1.0-56-amd64', 6, 1],
  ['6.18.44', 6, 18],
  ['7.0-rc1', 7, 0],
])('parseKernelRelease() of %s', (text, major, minor) => {
  expect(parseKernelRelease(text)).toEqual({ major, minor, text });
});

test('requireKernel() takes 6.1 and what came after it', () => {
  for (const text of ['6.1.0', '6.18.1', '7.0']) {
    expect(() => requireKernel(parseKernelRelease(text))).not.toThrow();
  }
});

test('requireKernel() refuses what came before, with E_OLD_KERNEL', () => {
  expect(() => requireKernel(parseKernelRelease('5.15.0-91'))).toThrow(
    expect.objectContaining({
      code: 'E_OLD_KERNEL',
      message: 'This is Linux 5.15.0-91, and 6.1 is the oldest that will do',
    }),
  );
});
