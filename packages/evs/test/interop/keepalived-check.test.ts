import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  exitStatusOf,
  filesOnDisk,
  localMachine,
  readConfiguration,
} from '../../src/config/index.ts';
import { features } from '../fixtures/config/features.ts';
import { devices, inNamespace, testWithKeepalived } from './keepalived-namespace.ts';

const tutorials = ['tutorial-master.conf', 'tutorial-backup.conf'];
const fixture = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../fixtures/config', name), 'utf8');

const texts = new Map([
  ...Object.entries(features),
  ...tutorials.map((name) => [name, fixture(name)] as const),
]);
const names = [...texts.keys()];
const fileOf = (name: string): string => `${names.indexOf(name)}.conf`;

/** Where we mean to differ: keepalived's status, ours, and why. */
const differences = new Map([
  // It is silent about a service that will never be there; we say so.
  ['a group that is not there', { theirs: 0, ours: 5 }],
]);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'evs-check-'));
  for (const [name, text] of texts) writeFileSync(path.join(folder, fileOf(name)), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ourStatus(file: string): { readonly status: number; readonly messages: string } {
  const machine = {
    ...localMachine(),
    hasDevice: (name: string) => (devices as readonly string[]).includes(name),
  };
  const { diagnostics } = readConfiguration(file, {
    files: filesOnDisk,
    configurationId: 'lvs-1',
    machine,
  });
  const messages = diagnostics.map(({ at, message }) => `${at?.line ?? 0}: ${message}`).join('\n');
  return { status: exitStatusOf(diagnostics), messages };
}

test(`keepalived -t and evs check agree over ${texts.size} files`, async () => {
  expect(texts.size).toBeGreaterThanOrEqual(250);
  const theirs = await testWithKeepalived(folder, names.map(fileOf));
  const verdicts = names.map((name) => {
    const [their, our] = [theirs.get(fileOf(name)), ourStatus(path.join(folder, fileOf(name)))];
    return { name, theirs: their?.status, ours: our.status, said: [their?.messages, our.messages] };
  });
  const apart = verdicts.filter(({ theirs: their, ours }) => their !== ours);
  const known = apart.filter(({ name, theirs: their, ours }) => {
    const difference = differences.get(name);
    return difference?.theirs === their && difference?.ours === ours;
  });
  expect(apart.filter((one) => !known.includes(one))).toEqual([]);
  expect(known.map(({ name }) => name)).toEqual([...differences.keys()]);
}, 300_000);

test('files of both kinds are among them', () => {
  const statuses = new Set(names.map((name) => ourStatus(path.join(folder, fileOf(name))).status));
  expect([...statuses].toSorted((one, other) => one - other)).toEqual([0, 2, 5, 6]);
});

test('evs check tells problems with their place, and exits as keepalived -t', async () => {
  const bad = path.join(folder, fileOf('virtual router: priority 256'));
  const [tutorial, script] = [fileOf('tutorial-master.conf'), path.resolve('bin/evs')];
  const output = await inNamespace(
    `"$1" check "$2"; echo "status $?"; "$1" check --json "$3"; echo "status $?"`,
    [script, bad, path.join(folder, tutorial)],
  );
  const [text = '', json = ''] = output.split(/status 5\n/);
  expect(text).toBe(`${bad}:4:10: error: 256 is out of range: 1 to 255
    4 | priority 256
      |          ^^^

${bad}: 1 error
`);
  const { status, diagnostics } = JSON.parse(json) as {
    readonly status: number;
    readonly diagnostics: readonly {
      readonly severity: string;
      readonly at: { readonly line: number };
    }[];
  };
  expect(status).toBe(5);
  expect(diagnostics.map(({ severity, at }) => [severity, at.line])).toEqual([
    ['warning', 39],
    ['warning', 46],
  ]);
});
