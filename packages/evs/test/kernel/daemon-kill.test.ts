import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ServiceStatus } from '../../src/api/index.ts';
import { DataPlane } from '../../src/dataplane/index.ts';
import {
  applyCommand,
  endpointText,
  initialState,
  keyText,
  type Command,
  type DirectorState,
} from '../../src/director/index.ts';
import { cable, TestNamespace } from './network.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

const rounds = Number(process.env['EVS_KILL_ROUNDS'] ?? 200);

let namespace: TestNamespace;
let daemon: TestDaemon;
/** How long updates take here; kills come at any moment of that, and a little later. */
let updateMs = 50;

beforeAll(() => void buildPrograms());
beforeEach(() => {
  namespace = new TestNamespace('evsk');
  cable({ namespace, device: 'eth0', address: '10.9.0.1/24' }, { namespace, device: 'peer' });
  daemon = new TestDaemon(namespace);
});
afterEach(async () => {
  await daemon.remove();
  namespace[Symbol.dispose]();
});

test(
  `a daemon killed at any moment of an update, ${rounds} times, comes back with the state before or after it`,
  { timeout: 60_000 + rounds * 5_000 },
  async () => {
    let before = initialState;
    await daemon.start();
    for (let round = 0; round < rounds; round++) {
      before = await killDuringUpdate(before, round);
      expect(planeText(), `round ${round}: the data plane has that state`).toBe(stateText(before));
    }
  },
);

/** Sends a batch, kills the daemon at some moment, starts it again and says which state it has. */
async function killDuringUpdate(before: DirectorState, round: number): Promise<DirectorState> {
  const commands = someCommands(before, round);
  const after = commands.reduce(applyCommand, before);
  const startedMs = performance.now();
  const answer = daemon.client.execute(commands).then(
    (results) => {
      updateMs = (updateMs + performance.now() - startedMs) / 2;
      return results.every(({ ok }) => ok);
    },
    () => {
      updateMs *= 1.1;
    },
  );
  await delay(Math.random() * 1.2 * updateMs);
  await daemon.kill();
  const answered = await answer;
  await daemon.start();
  const found = textOf(await daemon.client.services());
  // What was promised holds; what was not may have happened or not, but never half.
  expect(answered, `round ${round}: the commands are good`).not.toBe(false);
  const allowed = answered === true ? [after] : [before, after];
  expect(allowed.map(stateText), `round ${round}: killed in an update`).toContain(found);
  return found === stateText(after) ? after : before;
}

const keyOf = (port: number) =>
  ({ kind: 'address', protocol: 'tcp', address: '10.9.0.1', port }) as const;
const methods = ['masquerading', 'gatewaying', 'tunneling'] as const;

/** Adds a service with real servers, edits another, deletes an old one. */
function someCommands({ services }: DirectorState, round: number): Command[] {
  const key = keyOf(1000 + round);
  const added = [2, 3, 4].map((host): Command => ({
    kind: 'addRealServer',
    key,
    realServer: {
      address: `10.9.0.${host}`,
      port: key.port,
      method: methods[round % 3] ?? 'masquerading',
      weight: 1 + round,
      upperThreshold: 0,
      lowerThreshold: 0,
      tunnel: { type: 'ipip', port: 0, checksum: 'none' },
    },
  }));
  const scheduler = round % 2 === 0 ? 'wrr' : 'sh';
  const service = { key, scheduler, schedulerFlags: 0, onePacket: false };
  const oldest = services.length > 5 ? services.slice(0, 2) : [];
  const edited = services.at(-1);
  return [
    ...oldest.map((one): Command => ({ kind: 'deleteService', key: one.key })),
    { kind: 'addService', service },
    ...added,
    ...(edited === undefined || oldest.includes(edited)
      ? []
      : [{ kind: 'editService', service: { ...service, key: edited.key } } as Command]),
  ];
}

/** Services with their real servers as the pinned tables have them. */
function planeText(): string {
  using plane = DataPlane.open({ pinDirectory: daemon.pinDirectory });
  return plane
    .status()
    .services.map(({ key, realServers }) =>
      [keyText(key), ...realServers.map((server) => endpointText(server.key)).toSorted()].join(' '),
    )
    .toSorted()
    .join('\n');
}

const stateText = ({ services }: DirectorState): string =>
  services
    .map(({ key, realServers }) =>
      [keyText(key), ...realServers.map((server) => endpointText(server)).toSorted()].join(' '),
    )
    .toSorted()
    .join('\n');
const textOf = (services: readonly ServiceStatus[]): string =>
  stateText({ ...initialState, services });
