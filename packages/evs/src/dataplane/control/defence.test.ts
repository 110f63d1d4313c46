import { expect, test } from 'vitest';
import { initialSettings } from '../../director/index.ts';
import { defenceWith, type Resources } from './defence.ts';

const plenty: Resources = { availablePages: 1_000_000, connections: 0, capacity: 1000 };
const modes = (mode: number) => ({
  ...initialSettings,
  drop_entry: mode,
  drop_packet: mode,
  secure_tcp: mode,
});
const none = { secureTcp: false, dropEntry: false, dropRate: 0, patienceSeconds: undefined };

test('nothing is in force while there is enough of everything, or in mode 0', () => {
  expect(defenceWith(plenty, modes(0))).toEqual(none);
  expect(defenceWith(plenty, modes(1))).toEqual(none);
  expect(defenceWith({ ...plenty, availablePages: 10 }, modes(0))).toEqual(none);
});

test('mode 3 is always in force, and refuses one new flow in am_droprate', () => {
  const settings = { ...modes(3), am_droprate: 7 };
  const always = { secureTcp: true, dropEntry: true, dropRate: 7, patienceSeconds: undefined };
  expect(defenceWith(plenty, settings)).toEqual(always);
});

test.each([1, 2])('mode %i comes into force below amemthresh pages of memory', (mode) => {
  const defence = defenceWith({ ...plenty, availablePages: 1000 }, modes(mode));
  // amemthresh / (amemthresh - available), as in ip_vs.
  expect(defence).toEqual({
    secureTcp: true,
    dropEntry: true,
    dropRate: Math.floor(1024 / 24),
    patienceSeconds: undefined,
  });
});

test.each([
  [750, 0],
  [751, 250],
  [875, 2],
  [1000, 1],
])('with %i of 1000 places taken, mode 1 refuses one new flow in %i', (connections, dropRate) => {
  const defence = defenceWith({ ...plenty, connections }, modes(1));
  expect(defence.dropRate).toBe(dropRate);
  expect(defence.dropEntry).toBe(dropRate > 0);
});

test('a table that runs full gives half-open connections less time without any setting', () => {
  expect(defenceWith({ ...plenty, connections: 800 }, modes(0))).toEqual({
    ...none,
    patienceSeconds: 5,
  });
});
