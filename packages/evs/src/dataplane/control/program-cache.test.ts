import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultCapacities, defineMaps } from '../maps.ts';
import type { Features } from '../program/assembly.ts';
import { assembleProgram } from './assemble-program.ts';
import { ProgramCache } from './program-cache.ts';

const features: Features = {
  ipv4: true,
  ipv6: false,
  tcp: true,
  udp: false,
  methods: ['gatewaying'],
  schedulers: ['rr'],
  schedulerFlags: 0,
  thresholds: false,
  localClients: false,
  settings: [],
  peers: false,
};
const maps = defineMaps(defaultCapacities);
const sweep = assembleProgram(maps, features, 'sweep');

let root: string;
let directory: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'evs-programs-'));
  directory = path.join(root, 'programs');
});
afterEach(() => rmSync(root, { recursive: true }));

const cacheOf = (build = 'one build', tables = maps): ProgramCache =>
  new ProgramCache(tables, { directory, build });
/** A cache that has one program. */
const filled = (): ProgramCache => {
  const cache = cacheOf();
  cache.write(features, 'sweep', sweep);
  return cache;
};
const files = (): string[] => readdirSync(directory).map((name) => path.join(directory, name));

test('what one daemon wrote the next one reads', () => {
  filled();

  expect(cacheOf().read(features, 'sweep')?.program.instructions).toEqual(
    sweep.program.instructions,
  );
});

test('nothing is there at first, not even the folder', () => {
  expect(cacheOf().read(features, 'sweep')).toBeUndefined();
  expect(existsSync(directory)).toBe(false);
});

test('folder and files are for root alone, and no half-written file stays', () => {
  filled();

  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(files().map((file) => statSync(file).mode & 0o777)).toEqual([0o600]);
  expect(files()[0]).toMatch(/\/[0-9a-f]{64}\.program$/);
});

test.each([
  ['another build', () => cacheOf('another build').read(features, 'sweep')],
  ['another place', () => cacheOf().read(features, 'tc')],
  ['other features', () => cacheOf().read({ ...features, schedulers: ['wrr'] }, 'sweep')],
  [
    'tables of another size',
    () =>
      cacheOf('one build', defineMaps({ ...defaultCapacities, connections: 8 })).read(
        features,
        'sweep',
      ),
  ],
])('the program of %s is another one', (_what, read) => {
  filled();

  expect(read()).toBeUndefined();
});

test('a broken file counts as absent, and is written anew', () => {
  const cache = filled();
  for (const file of files()) writeFileSync(file, 'broken');
  expect(cache.read(features, 'sweep')).toBeUndefined();

  cache.write(features, 'sweep', sweep);

  expect(cache.read(features, 'sweep')).toBeDefined();
});

test('a folder that others can write to is neither read nor filled', () => {
  const cache = filled();
  chmodSync(directory, 0o777);

  expect(cache.read(features, 'sweep')).toBeUndefined();
  cache.write({ ...features, udp: true }, 'sweep', sweep);
  expect(files()).toHaveLength(1);
});

test('a folder that cannot be made is done without', () => {
  writeFileSync(directory, 'a file is in the way');
  const cache = cacheOf();

  expect(() => cache.write(features, 'sweep', sweep)).not.toThrow();
  expect(cache.read(features, 'sweep')).toBeUndefined();
});

test('of too many files those go that were not used for longest', () => {
  const cache = filled();
  for (let age = 1; age <= 130; age++) {
    const file = path.join(directory, `${age}.program`);
    writeFileSync(file, '');
    utimesSync(file, 0, 1_000_000 - age);
  }
  for (const file of files()) {
    if (file.length > 100) utimesSync(file, 0, 0);
  }
  expect(cache.read(features, 'sweep')).toBeDefined();

  cache.write({ ...features, udp: true }, 'sweep', sweep);

  expect(files()).toHaveLength(128);
  expect(files().map((file) => path.basename(file))).not.toContain('130.program');
  expect(files().map((file) => path.basename(file))).toContain('126.program');
  expect(cache.read(features, 'sweep')).toBeDefined();
});
