import { expect, test } from 'vitest';
import { parseSchedulerFlags, writeSchedulerFlags } from './scheduler-flags.ts';

test.each([
  ['sh', 'sh-fallback,sh-port', 0x18],
  ['mh', 'mh-port', 0x10],
  ['wsh', 'sh-fallback,sh-port', 0x18],
  ['wdh', 'sh-fallback', 0x08],
  ['rr', 'flag-1,flag-3', 0x28],
])('%s takes the flags %s and prints them again', (scheduler, text, bits) => {
  expect(parseSchedulerFlags(text, scheduler)).toBe(bits);
  expect(writeSchedulerFlags(bits, scheduler)).toBe(text);
});

test.each([
  ['rr', 'sh-port'],
  ['mh', 'sh-port'],
  ['sh', 'mh-port'],
  ['dh', 'sh-fallback'],
  ['wdh', 'sh-port'],
])('%s does not take the flag %s', (scheduler, flag) => {
  expect(() => parseSchedulerFlags(flag, scheduler)).toThrow(
    `incompatible scheduler flag \`${flag}'`,
  );
});
