import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DirectorPair, services, type Index, type Program } from './director-pair.ts';
import { fewer, patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

/** By each of NAT and DR. */
const connections = fewer(1_000);
const all = [connections, connections];

let pair: DirectorPair;
let client: Program;

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: patient(60_000), interval: 100 });

const expectActive = (index: Index): Promise<void> =>
  eventually(() => {
    expect(pair.holds(index)).toBe(true);
  });

/** How many established connections of NAT and of DR a director knows. */
async function known(index: Index): Promise<number[]> {
  const records = await pair.daemon(index).client.connections();
  return Object.values(services).map(
    ({ port }) =>
      records.filter(({ virtual, state }) => virtual.port === port && state === 'ESTABLISHED')
        .length,
  );
}

const expectKnown = (index: Index): Promise<void> =>
  eventually(async () => {
    expect(await known(index)).toEqual(all);
  });

async function activeOf(index: Index): Promise<number[]> {
  const found = await pair.daemon(index).client.services();
  return found.map(({ realServers }) =>
    realServers.reduce((sum, { status }) => sum + status.activeConnections, 0),
  );
}

beforeAll(async () => {
  buildPrograms();
  pair = new DirectorPair();
  await pair.serve();
  await pair.begin(0);
  await expectActive(0);
  await pair.begin(1);
  client = pair.open(connections);
  expect(await client.line()).toEqual(all);
}, patient(120_000));
afterAll(() => pair.remove());

const ends: readonly (readonly [string, () => Promise<void>])[] = [
  ['daemon is killed', () => pair.daemon(0).kill('SIGKILL')],
  ['machine is gone', () => pair.lose(0)],
  ['daemon is stopped in order', () => pair.daemon(0).kill('SIGTERM')],
];

test.each(ends)(
  `all ${connections} connections of NAT and of DR go on when the active director’s %s, and when it is back`,
  { timeout: patient(120_000) },
  async (_, end) => {
    await expectKnown(1);

    await end();
    const meanwhile = client.ask();
    await expectActive(1);
    expect(await meanwhile).toEqual(all);
    expect(await client.ask()).toEqual(all);
    expect(await activeOf(1)).toEqual(all);

    await pair.begin(0);
    await expectActive(0);
    await eventually(() => {
      expect(pair.holds(1)).toBe(false);
    });
    expect(await client.ask()).toEqual(all);
    expect(await known(0)).toEqual(all);
    expect(await activeOf(0)).toEqual(all);
  },
);
