import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { applyCommand, type Command } from '../director/index.ts';
import { initialState, type DirectorState } from '../director/model.ts';
import { EvsError } from '../errors/index.ts';
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

const keyOf = (port: number) =>
  ({ kind: 'address', protocol: 'tcp', address: '10.0.0.1', port }) as const;
const request = (port: number, scheduler: string) => ({
  service: { key: keyOf(port), scheduler, schedulerFlags: 0, onePacket: false },
});
const realServer = { ...(state.services[0]?.realServers[0] ?? fail()), address: '10.0.0.2' };
function fail(): never {
  throw new Error('There is no real server to begin with');
}

const port = fc.integer({ min: 1, max: 5 });
const command: fc.Arbitrary<Command> = fc.oneof(
  port.map((one) => ({ kind: 'addService', ...request(one, 'rr') }) as const),
  port.map((one) => ({ kind: 'editService', ...request(one, 'wlc') }) as const),
  port.map((one) => ({ kind: 'deleteService', key: keyOf(one) }) as const),
  port.map((one) => ({ kind: 'addRealServer', key: keyOf(one), realServer }) as const),
  fc.constant({ kind: 'clear' } as const),
  fc.nat(9).map((tcp) => ({ kind: 'setTimeouts', timeouts: { tcp, tcpFin: 0, udp: 0 } }) as const),
  fc.constant({ kind: 'changeSettings', settings: { sloppy_tcp: 1 } } as const),
);

/** Refused commands change nothing. */
const after = (before: DirectorState, commands: readonly Command[]): DirectorState =>
  commands.reduce((now, one) => {
    try {
      return applyCommand(now, one);
    } catch (error) {
      if (error instanceof EvsError) return now;
      throw error;
    }
  }, before);

const batches = fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

/** Each writes to a disk, and waits for it. */
const fewRuns = { numRuns: 30 };

/** States one after the other in a file, and how long it was after each. */
function written(changes: readonly (readonly Command[])[]): [DirectorState, number][] {
  file.write({ owner: 'me', state: initialState });
  const states: [DirectorState, number][] = [[initialState, statSync(file.path).size]];
  let before = initialState;
  for (const commands of changes) {
    const next = after(before, commands);
    file.append(before, { owner: 'me', state: next });
    states.push([next, statSync(file.path).size]);
    before = next;
  }
  return states;
}

test('a file that ends at any byte holds the last state that was written to its end', () => {
  fc.assert(
    fc.property(batches, fc.double({ min: 0, max: 1, noNaN: true }), (changes, share) => {
      const states = written(changes);
      const [, first = 0] = states[0] ?? [];
      const bytes = readFileSync(file.path);
      const length = first + Math.round(share * (bytes.length - first));
      writeFileSync(file.path, bytes.subarray(0, length));
      const [expected = initialState] = states.findLast(([, size]) => size <= length) ?? [];

      expect(new StateFile(file.path).read()).toEqual({ owner: 'me', state: expected });
    }),
    fewRuns,
  );
});

test('a disk that lost what the last change says keeps the state before it', () => {
  const [, before] = written([
    [{ kind: 'addService', ...request(1, 'rr') }],
    [{ kind: 'addService', ...request(2, 'rr') }],
  ]);
  const bytes = readFileSync(file.path);
  bytes.fill(0, (before?.[1] ?? 0) + 10, bytes.length - 1);
  writeFileSync(file.path, bytes);

  expect(new StateFile(file.path).read()?.state).toEqual(before?.[0]);
});

test('changes go on behind a change that was cut off', () => {
  fc.assert(
    fc.property(batches, fc.nat(40), batches, (changes, lost, more) => {
      const states = written(changes);
      const [, first = 0] = states[0] ?? [];
      const bytes = readFileSync(file.path);
      writeFileSync(file.path, bytes.subarray(0, Math.max(first, bytes.length - lost)));

      const reopened = new StateFile(file.path);
      let now = reopened.read()?.state ?? fail();
      for (const commands of more) {
        const next = after(now, commands);
        reopened.append(now, { owner: 'me', state: next });
        now = next;
      }

      expect(new StateFile(file.path).read()?.state).toEqual(now);
    }),
    fewRuns,
  );
});

test('a broken change that others follow is refused', () => {
  written([
    [{ kind: 'addService', ...request(1, 'rr') }],
    [{ kind: 'addService', ...request(2, 'rr') }],
  ]);
  writeFileSync(file.path, readFileSync(file.path, 'utf8').replace('{"deleted"', '"deleted"'));

  expect(() => new StateFile(file.path).read()).toThrow('it is not JSON');
});

test('a file is long when its changes are longer than its state, until it is written anew', () => {
  const crowd = Array.from({ length: 4000 }, (_, index) => ({
    key: { kind: 'mark', mark: 1 + index, family: 'ipv4' } as const,
    ...{ scheduler: 'rr' as const, schedulerFlags: 0, onePacket: false, realServers: [] },
  }));
  const states = [crowd, crowd.map((one) => ({ ...one }))].map((services) => ({
    ...state,
    services,
  }));
  file.write({ owner: 'me', state: states[0] ?? state });
  expect(file.isLong).toBe(false);
  for (const turn of [0, 1, 0, 1]) {
    const [from = state, to = state] = turn === 0 ? states : states.toReversed();
    file.append(from, { owner: 'me', state: to });
  }
  expect(file.isLong).toBe(true);

  file.write({ owner: 'me', state });
  expect(file.isLong).toBe(false);
});
