import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialState, type DirectorState } from '../director/model.ts';
import { StateFile } from './state-file.ts';

let directory: string;
let file: StateFile;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'evs-state-'));
  file = new StateFile(path.join(directory, 'state.json'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const state: DirectorState = {
  ...initialState,
  services: [
    {
      key: { kind: 'address', protocol: 'tcp', address: '192.168.37.189', port: 8088 },
      scheduler: 'wlc',
      schedulerFlags: 0,
      persistence: { timeoutSeconds: 300, mask: 32 },
      onePacket: false,
      realServers: [
        {
          address: '192.168.37.183',
          port: 8088,
          method: 'gatewaying',
          weight: 1,
          upperThreshold: 0,
          lowerThreshold: 0,
          tunnel: { type: 'ipip', port: 0, checksum: 'none' },
        },
      ],
    },
    {
      key: { kind: 'mark', mark: 0xffff_ffff, family: 'ipv6' },
      scheduler: 'rr',
      schedulerFlags: 0,
      onePacket: false,
      realServers: [],
    },
  ],
};

test('settings that an older daemon did not know are worth what they are by default', () => {
  const { settings: _, ...older } = state;
  const saved = { format: 1, owner: 'a', state: { ...older, settings: { sloppy_tcp: 1 } } };
  writeFileSync(file.path, JSON.stringify(saved));

  expect(file.read()?.state.settings).toEqual({ ...initialState.settings, sloppy_tcp: 1 });
});

test('what was written is read, and nothing else is left behind', () => {
  file.write({ owner: 'a', state: initialState });
  file.write({ owner: 'b', state });

  expect(file.read()).toEqual({ owner: 'b', state });
  expect(readdirSync(directory)).toEqual(['state.json']);
});

test('read() gives nothing if there is no file', () => {
  expect(file.read()).toBeUndefined();
});

test('read() says where a file is broken, and leaves it alone', () => {
  const timeouts = { tcp: -1, tcpFin: 120, udp: 300 };
  writeFileSync(
    file.path,
    JSON.stringify({ format: 1, owner: 'a', state: { services: [], timeouts } }),
  );

  expect(() => file.read()).toThrow(/^Cannot read the saved state in .*: \/state\/timeouts\/tcp: /);
  expect(readdirSync(directory)).toEqual(['state.json']);
});

test('read() refuses half a file', () => {
  writeFileSync(file.path, '{"format":1,"owner":"a","sta');

  expect(() => file.read()).toThrow(
    expect.objectContaining({ code: 'E_STATE_FILE', hint: expect.stringContaining('goes on') }),
  );
});

test('write() fails with the reason if the directory is gone', () => {
  const lost = new StateFile(path.join(directory, 'lost', 'state.json'));

  expect(() => lost.write({ owner: 'a', state })).toThrow(/^Cannot write .*ENOENT/);
});

test('setAside() keeps the text under another name', () => {
  file.write({ owner: 'a', state });

  expect(file.setAside()).toBe(`${file.path}.discarded`);
  expect(file.read()).toBeUndefined();
});
