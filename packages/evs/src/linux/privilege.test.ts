import { expect, test } from 'vitest';
import { effectiveCapabilities, requirePrivilege } from './privilege.ts';

test('effectiveCapabilities() reads CapEff of a process status', () => {
  expect(effectiveCapabilities('CapPrm:\t0000000000000001\nCapEff:\t000001c000001000\n')).toBe(
    0x1c0_0000_1000n,
  );
});

test.each([
  ['root', 0x1ff_ffff_ffffn],
  ['the three that are needed', (1n << 12n) | (1n << 38n) | (1n << 39n)],
  ['CAP_SYS_ADMIN for those of BPF', (1n << 12n) | (1n << 21n)],
])('requirePrivilege() accepts %s', (_, capabilities) => {
  expect(() => {
    requirePrivilege(capabilities);
  }).not.toThrow();
});

test('requirePrivilege() names every capability that is missing', () => {
  expect(() => {
    requirePrivilege(1n << 39n);
  }).toThrow('Cannot serve as a director without CAP_NET_ADMIN, CAP_PERFMON');
});
