import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import type { Command } from '../director/index.ts';
import { connectDirector, type DirectorClient } from './client.ts';
import type { Commands } from './schemas.ts';
import { createServer } from './server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'evs-api-'));
const socket = path.join(folder, 'evsd.sock');
let director: MemoryDirector;
let server: ReturnType<typeof createServer>;
let client: DirectorClient;

beforeEach(async () => {
  director = new MemoryDirector();
  server = createServer(director);
  await server.listen({ path: socket });
  client = connectDirector(socket);
});
afterEach(async () => {
  await server.close();
  rmSync(socket, { force: true });
});

const key = { kind: 'address', protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
const service = { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false } as const;

test('the schema of commands describes the commands of the director', () => {
  expectTypeOf<Commands['commands'][number]>().toExtend<Command>();
  expectTypeOf<Command>().toExtend<Readonly<Commands['commands'][number]>>();
});

test('commands are carried out in order, and one that is refused does not stop the rest', async () => {
  const results = await client.execute([
    { kind: 'addService', service },
    { kind: 'addService', service },
    { kind: 'zero', key },
    { kind: 'setTimeouts', timeouts: { tcp: 5, tcpFin: 0, udp: 0 } },
  ]);
  expect(results).toMatchObject([
    { ok: true },
    { ok: false, code: 'E_SERVICE_EXISTS' },
    { ok: true },
    { ok: true },
  ]);
  expect(director.batches).toEqual([4]);
});

test('settings are read and changed, all of those named or none', async () => {
  expect(await client.changeSettings({ sloppy_tcp: 1, sync_threshold: [4, 60] })).toMatchObject({
    sloppy_tcp: 1,
    sync_threshold: [4, 60],
    conn_reuse_mode: 1,
  });
  await expect(client.changeSettings({ sloppy_tcp: 2, drop_entry: 4 })).rejects.toMatchObject({
    code: 'E_INVALID',
  });
  const unknown = { debug_level: 1 } as object;
  await expect(client.changeSettings(unknown)).rejects.toMatchObject({ code: 'E_INVALID' });

  expect(await client.settings()).toMatchObject({ sloppy_tcp: 1, drop_entry: 0 });
});

test('what was added is listed with its numbers', async () => {
  await client.execute([{ kind: 'addService', service }]);
  expect(await client.services()).toMatchObject([
    { key, scheduler: 'rr', counters: { connections: 0 }, realServers: [] },
  ]);
  expect(await client.connections()).toEqual([]);
  expect(await client.status()).toMatchObject({ connectionTableSize: 4096 });
});

test('timeouts are read and changed, and 0 keeps one', async () => {
  expect(await client.timeouts()).toEqual({ tcp: 900, tcpFin: 120, udp: 300 });
  expect(await client.setTimeouts({ tcp: 0, tcpFin: 60, udp: 0 })).toEqual({
    tcp: 900,
    tcpFin: 60,
    udp: 300,
  });
});

test('timeouts out of range come back as problem details with code', async () => {
  await expect(client.setTimeouts({ tcp: -1, tcpFin: 0, udp: 0 })).rejects.toMatchObject({
    code: 'E_INVALID',
    message: 'Cannot set a timeout of -1 s: 0 to 8589934 are possible',
  });
  const answer = await server.inject({
    method: 'PUT',
    url: '/v1/timeouts',
    payload: { tcp: -1, tcpFin: 0, udp: 0 },
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({ status: 400, type: 'urn:evs:error:E_INVALID' });
});

test.each([
  ['an unknown command', { commands: [{ kind: 'dance' }] }],
  ['a missing field', { commands: [{ kind: 'deleteService' }] }],
  ['a port out of range', { commands: [{ kind: 'deleteService', key: { ...key, port: 70_000 } }] }],
  ['a field that does not exist', { commands: [{ kind: 'clear', force: true }] }],
  ['no commands', {}],
])('%s is refused as a whole', async (_what, payload) => {
  const answer = await server.inject({ method: 'POST', url: '/v1/commands', payload });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'E_INVALID' });
  expect(director.batches).toEqual([]);
});

test('a route that does not exist is a problem too', async () => {
  const answer = await server.inject('/v1/nothing');
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({ detail: 'There is no GET /v1/nothing' });
});

test('an error of the director is a problem with status 500', async () => {
  director.status = () => {
    throw new Error('the map is gone');
  };
  await expect(client.status()).rejects.toMatchObject({ message: 'the map is gone' });
});

test('a configuration is named by an absolute path, planned and applied', async () => {
  expect(await client.plan('/etc/evs/evs.conf')).toEqual(['read /etc/evs/evs.conf']);
  expect(await client.apply('/etc/evs/evs.conf')).toEqual(['read /etc/evs/evs.conf']);
  await expect(client.apply('evs.conf')).rejects.toMatchObject({ code: 'E_INVALID' });
});

test('shutdown is answered first, and says whether the data plane goes too', async () => {
  await client.shutdown(true);
  expect(director.destroyed).toBe(true);
});

test('without a daemon every call throws E_NO_DAEMON', async () => {
  await server.close();
  await expect(client.services()).rejects.toMatchObject({ code: 'E_NO_DAEMON' });
});
