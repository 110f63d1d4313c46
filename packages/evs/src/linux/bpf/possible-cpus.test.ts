import { expect, test } from 'vitest';
import { countCpus } from './possible-cpus.ts';

test.each([
  ['0', 1],
  ['0-1', 2],
  ['0-3,8', 5],
  ['0,2-3', 3],
])('countCpus() of %s', (list, count) => {
  expect(countCpus(list)).toBe(count);
});
