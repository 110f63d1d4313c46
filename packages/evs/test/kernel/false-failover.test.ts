import { spawn, type ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { vrrpInstance } from '../interop/keepalived.ts';
import { OurRouters } from '../interop/our-routers.ts';
import { TestPair } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

/** `bench failover` does the same for an hour, if asked to, beside keepalived. */
const loadMs = 20_000;

let pair: TestPair;
let routers: readonly [OurRouters, OurRouters];
let loops: ChildProcess[] = [];

beforeAll(() => void buildPrograms());
beforeEach(() => {
  pair = new TestPair();
  routers = [new OurRouters(pair.left), new OurRouters(pair.right)];
});
afterEach(async () => {
  for (const loop of loops.splice(0)) loop.kill('SIGKILL');
  for (const router of routers) await router.remove();
  pair[Symbol.dispose]();
});

/** As many as keep every processor busy; each ends by itself if this process does not live to end it. */
function loadProcessors(): void {
  const busy = `const end = Date.now() + ${loadMs * 2}; while (Date.now() < end);`;
  loops = cpus().map(() => spawn(process.execPath, ['-e', busy], { stdio: 'ignore' }));
}

const configuration = (priority: string): string =>
  vrrpInstance({ version: '3', advert_int: '0.1', priority });

test('with 100 ms adverts nothing changes while all processors are busy', async () => {
  const [preferred, other] = routers;
  await preferred.start(configuration('100'));
  await other.start(configuration('50'));
  const states = async (): Promise<readonly unknown[]> =>
    Promise.all(
      routers.map(async ({ client }) => {
        const { routers: all } = await client.virtualRouters();
        return all.map(({ state }) => state);
      }),
    );
  await vi.waitFor(async () => expect(await states()).toEqual([['active'], ['backup']]), {
    timeout: patient(30_000),
  });
  const before = routers.map((router) => router.told());

  loadProcessors();
  await delay(loadMs);

  expect(routers.map((router) => router.told())).toEqual(before);
  expect(await states()).toEqual([['active'], ['backup']]);
}, 120_000);
