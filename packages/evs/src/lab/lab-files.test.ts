import { expect, test } from 'vitest';
import { claimName, isIdle } from './lab-files.ts';

test('a name that cannot start the name of a namespace is refused', () => {
  expect(() => claimName('../evil')).toThrow('Cannot name a lab');
});

test('a lab is idle if it was kept or its process has ended', () => {
  expect(isIdle({ name: 'a', pid: process.pid, kept: false, modules: [] })).toBe(false);
  expect(isIdle({ name: 'a', pid: process.pid, kept: true, modules: [] })).toBe(true);
  expect(isIdle({ name: 'a', pid: 2 ** 22 + 1, kept: false, modules: [] })).toBe(true);
});
