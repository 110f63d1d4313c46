import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDirector } from './find-director.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'evs-find-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shell = (script: string): string[] => ['/bin/sh', '-c', script];
const listen = (socket: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(socket, () => resolve(server));
  });

test('a director that answers is left as it is', async () => {
  const socket = path.join(folder, 'there.sock');
  const server = await listen(socket);
  await expect(findDirector(socket, ['/bin/false'])).resolves.toBeDefined();
  server.close();
});

test('where none answers, one is started with --detach', async () => {
  const socket = path.join(folder, 'started.sock');
  const script = `
    require('node:net').createServer().listen('${socket}');
    if (process.argv[1] !== '--detach') process.exit(1);
    setTimeout(() => process.exit(0), 1000);`;
  await expect(findDirector(socket, [process.execPath, '-e', script, '--'])).resolves.toBeDefined();
});

test('if it cannot start, the error says why, in its own words', async () => {
  const launcher = shell('echo "evsd: Cannot load: no" >&2; echo "Hint: be root" >&2; exit 1');
  await expect(findDirector(path.join(folder, 'no.sock'), launcher)).rejects.toMatchObject({
    code: 'E_NO_DAEMON',
    message: 'Cannot load: no',
    hint: 'be root',
  });
});

test('if there is no evsd, the error says so', async () => {
  await expect(
    findDirector(path.join(folder, 'no.sock'), ['/nonexistent/evsd']),
  ).rejects.toMatchObject({
    message: 'Cannot start evsd: spawn /nonexistent/evsd ENOENT',
    hint: 'Start it by hand to see more: /nonexistent/evsd',
  });
});
