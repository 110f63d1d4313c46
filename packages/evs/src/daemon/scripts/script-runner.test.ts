import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../fakes.ts';
import { ScriptRunner } from './script-runner.ts';
import { changeablePart, findProgram } from './who-may-change.ts';

let folder: string;
let program: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'evs-scripts-'));
  program = path.join(folder, 'program');
  writeFileSync(
    program,
    `#!/bin/sh\necho "$@" > ${folder}/new && mv ${folder}/new ${folder}/said\n`,
  );
  chmodSync(program, 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const runnerOf = (scriptSecurity: boolean): ScriptRunner =>
  new ScriptRunner({ scriptSecurity }, silentLog);

test('run() starts a program without a shell, with further words', async () => {
  runnerOf(false).run({ words: [program, 'a b', '$HOME'] }, 'MASTER', '100');

  await vi.waitFor(() => {
    expect(existsSync(path.join(folder, 'said'))).toBe(true);
  }, 10_000);
  expect(readFileSync(path.join(folder, 'said'), 'utf8')).toBe('a b $HOME MASTER 100\n');
});

test('admit() refuses a program that is not there, and a user that is not', () => {
  expect(runnerOf(false).admit({ words: ['/nowhere/at/all'] })).toBeUndefined();
  const runAs = { user: 'nobody-of-that-name', group: undefined };
  expect(runnerOf(false).admit({ words: [program], runAs })).toBeUndefined();
  expect(
    runnerOf(false).admit({ words: [program], runAs: { user: 'root', group: 'root' } }),
  ).toEqual({
    uid: 0,
    gid: 0,
  });
});

test('admit() with script security refuses what others than root may change, to run as root', () => {
  const runAs = { user: 'root', group: undefined };
  chmodSync(program, 0o777);
  expect(runnerOf(true).admit({ words: [program], runAs })).toBeUndefined();
  expect(runnerOf(true).admit({ words: ['/bin/sh'], runAs })).toEqual({ uid: 0, gid: 0 });
});

test('changeablePart() names the part that others may change', () => {
  expect(changeablePart('/bin/sh')).toBeUndefined();
  chmodSync(folder, 0o777);
  expect(changeablePart(program)).toBe(folder);
});

test('findProgram() looks into PATH for a name without a slash', () => {
  expect(findProgram('program', `/nowhere:${folder}`)).toBe(program);
  expect(findProgram('program', '/nowhere')).toBeUndefined();
  expect(findProgram(program, '')).toBe(program);
});
