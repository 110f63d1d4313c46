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
import { assembleProgram } from './assemble-program.ts';
import { ProgramCache } from './program-cache.ts';
import { plainFeatures } from '../../../test/fixtures/features.ts';

const maps = defineMaps(defaultCapacities);
const sweep = assembleProgram(maps, plainFeatures, 'sweep');

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
  cache.write(plainFeatures, 'sweep', sweep);
  return cache;
};
const files = (): string[] => readdirSync(directory).map((name) => path.join(directory, name));

test('what one daemon wrote the next one reads', () => {
  filled();

  expect(cacheOf().read(plainFeatures, 'sweep')?.program.instructions).toEqual(
    sweep.program.instructions,
  );
});

test('nothing is there at first, not even the folder', () => {
  expect(cacheOf().read(plainFeatures, 'sweep')).toBeUndefined();
  expect(existsSync(directory)).toBe(false);
});

test('folder and files are for root alone, and no half-written file stays', () => {
  filled();

  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(files().map((file) => statSync(file).mode & 0o777)).toEqual([0o600]);
  expect(files()[0]).toMatch(/\/[0-9a-f]{64}\.program$/);
});

test.each([
  ['another build', () => cacheOf('another build').read(plainFeatures, 'sweep')],
  ['another place', () => cacheOf().read(plainFeatures, 'tc')],
  ['other features', () => cacheOf().read({ ...plainFeatures, schedulers: ['wrr'] }, 'sweep')],
])('the program of %s is another one', (_what, read) => {
  filled();

  expect(read()).toBeUndefined();
});

test('the program for larger tables is the same, on their definitions', () => {
  filled();
  const larger = defineMaps({ ...defaultCapacities, realServers: 1 << 16 });

  const found = cacheOf('one build', larger).read(plainFeatures, 'sweep');

  expect(found?.program.instructions).toEqual(sweep.program.instructions);
  expect(found?.program.maps).toContain(larger.realServers);
});

test('a broken file counts as absent, and is written anew', () => {
  const cache = filled();
  for (const file of files()) writeFileSync(file, 'broken');
  expect(cache.read(plainFeatures, 'sweep')).toBeUndefined();

  cache.write(plainFeatures, 'sweep', sweep);

  expect(cache.read(plainFeatures, 'sweep')).toBeDefined();
});

test('a folder that others can write to is neither read nor filled', () => {
  const cache = filled();
  chmodSync(directory, 0o777);

  expect(cache.read(plainFeatures, 'sweep')).toBeUndefined();
  cache.write({ ...plainFeatures, udp: true }, 'sweep', sweep);
  expect(files()).toHaveLength(1);
});

test('a folder that cannot be made is done without', () => {
  writeFileSync(directory, 'a file is in the way');
  const cache = cacheOf();

  expect(() => cache.write(plainFeatures, 'sweep', sweep)).not.toThrow();
  expect(cache.read(plainFeatures, 'sweep')).toBeUndefined();
});

test('of too many files those go that were not used for longest', () => {
  const cache = filled();
  for (let age = 1; age <= 258; age++) {
    const file = path.join(directory, `${age}.program`);
    writeFileSync(file, '');
    utimesSync(file, 0, 1_000_000 - age);
  }
  for (const file of files()) {
    if (file.length > 100) utimesSync(file, 0, 0);
  }
  expect(cache.read(plainFeatures, 'sweep')).toBeDefined();

  cache.write({ ...plainFeatures, udp: true }, 'sweep', sweep);

  expect(files()).toHaveLength(256);
  expect(files().map((file) => path.basename(file))).not.toContain('258.program');
  expect(files().map((file) => path.basename(file))).toContain('254.program');
  expect(cache.read(plainFeatures, 'sweep')).toBeDefined();
});

test('what came with the build is read where nothing of our own is there, and never written', () => {
  const shipped = path.join(root, 'shipped');
  new ProgramCache(maps, { directory: shipped, build: 'one build' }).write(
    plainFeatures,
    'sweep',
    sweep,
  );
  const cache = new ProgramCache(maps, { directory, shipped, build: 'one build' });
  const before = readdirSync(shipped);

  expect(cache.read(plainFeatures, 'sweep')?.program.instructions).toEqual(
    sweep.program.instructions,
  );
  expect(cache.read(plainFeatures, 'tc')).toBeUndefined();
  cache.write({ ...plainFeatures, schedulers: ['wrr'] }, 'sweep', sweep);
  expect(readdirSync(shipped)).toEqual(before);
});
