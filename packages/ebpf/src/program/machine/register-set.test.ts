import { expect, test } from 'vitest';
import { RegisterSet } from './register-set.ts';

const membersOf = (set: RegisterSet): number[] =>
  Array.from({ length: set.size }, (_, place) => set.at(place));

test('what is added twice is there once, and removal closes the gap with the last', () => {
  const set = new RegisterSet(8);
  for (const register of [3, 0, 7, 3]) set.add(register);
  expect(membersOf(set)).toEqual([3, 0, 7]);

  set.delete(3);
  set.delete(5);
  expect(membersOf(set)).toEqual([7, 0]);
  expect([set.has(3), set.has(0)]).toEqual([false, true]);
});

test('a cleared set holds nothing, whatever it held before', () => {
  const set = new RegisterSet(4);
  set.add(2);
  set.clear();
  expect(set.has(2)).toBe(false);
  expect(membersOf(set)).toEqual([]);
});
