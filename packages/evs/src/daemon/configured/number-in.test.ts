import { expect, test } from 'vitest';
import { numberIn } from './number-in.ts';

test.each<[string, number | undefined]>([
  ['7\n', 7],
  ['  -30 and words', -30],
  ['0x10', 16],
  ['010', 8],
  ['0', 0],
  ['-0', 0],
  ['', 0],
  ['seven', 0],
  ['2147483647', 2_147_483_647],
  ['2147483648', undefined],
  ['-2147483648', -2_147_483_648],
  ['99999999999999999999', undefined],
])('numberIn(%j) is %s', (text, value) => {
  expect(numberIn(text)).toBe(value);
});
