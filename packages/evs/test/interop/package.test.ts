import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const directory = mkdtempSync(path.join(tmpdir(), 'evs-package-'));
const installed = path.join(directory, 'node_modules/evs');
afterAll(() => rmSync(directory, { recursive: true }));

/** What `npm i -g` does with the tarball, without asking a registry: koffi comes from this checkout. */
beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', directory], {
    cwd: 'packages/evs',
  });
  const [tarball = ''] = readdirSync(directory).filter((name) => name.endsWith('.tgz'));
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', [
    '-xzf',
    path.join(directory, tarball),
    '-C',
    installed,
    '--strip-components=1',
  ]);
  for (const name of ['koffi', '@koromix']) {
    symlinkSync(path.resolve('node_modules', name), path.join(directory, 'node_modules', name));
  }
}, 120_000);

type Strings = Readonly<Record<string, string>>;
const manifest = () =>
  JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as {
    readonly bin: Strings;
    readonly dependencies: Strings;
  };

const run = (program: string, ...words: string[]): string =>
  execFileSync(path.join(installed, manifest().bin[program] ?? ''), words, {
    encoding: 'utf8',
    cwd: '/',
  });

test('koffi is the only thing that the package needs', () => {
  expect(Object.keys(manifest().dependencies)).toEqual(['koffi']);
});

test('the programs run where only the tarball and koffi are', () => {
  expect(run('evs', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run('evsd', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run('evsadm', '--version')).toContain('ipvsadm v1.31');
  expect(run('evs', 'lab', '--help')).toContain('shell [options] <host> [command...]');
});

test('the licences of inlined packages come along', () => {
  const licences = readFileSync(path.join(installed, 'dist/third-party-licenses.txt'), 'utf8');
  for (const name of ['commander', 'fastify', 'pino'])
    expect(licences).toMatch(new RegExp(`^${name} `, 'm'));
});

test('neither tests nor leftovers of earlier builds are packed', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const programs = files.filter((name) => /^dist\/bin\/[^/]+\.c?js$/.test(name));
  expect(files.filter((name) => name.includes('test'))).toEqual([]);
  expect(programs.length).toBeLessThan(40);
});
