import { expect, test } from 'vitest';
import { peerWords } from './peer-words.ts';

test('peerWords() has one bit for each device', () => {
  expect([...peerWords([2, 3, 64, 65_535])]).toEqual([
    [0, 0b1100n],
    [1, 1n],
    [1023, 1n << 63n],
  ]);
});

test('peerWords() leaves out devices that are too many for the set', () => {
  expect([...peerWords([65_536, 2 ** 31 - 1])]).toEqual([]);
});
