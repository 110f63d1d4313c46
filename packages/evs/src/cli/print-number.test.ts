import { expect, test } from 'vitest';
import { printNumber } from './print-number.ts';

test.each([
  [0, '        0'],
  [99_999_999, ' 99999999'],
  [100_000_000, '  100000K'],
  [108_050_400, '  108050K'],
  [1_038_484_400, '    1038M'],
  [99_999_999_999, '   99999M'],
  [123_456_789_012, '     123G'],
  [123_456_789_012_345, '     123T'],
])('printNumber() writes %d as "%s"', (number, text) => {
  expect(printNumber(number, false)).toBe(text);
});

test.each([
  [5, '        5'],
  [12_345_678_901, ' 12345678901'],
])('printNumber() writes %d in full as "%s"', (number, text) => {
  expect(printNumber(number, true)).toBe(text);
});
