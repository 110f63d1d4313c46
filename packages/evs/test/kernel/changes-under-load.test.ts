import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Command, RealServer, ServiceKey } from '../../src/director/index.ts';
import type { LoadReport } from './load-generator.ts';
import { firstLine, realServers, Segment, servicePort, vip } from './segment.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

const requests = Number(process.env['EVS_REQUESTS'] ?? 2_000);
const services = Number(process.env['EVS_SERVICES'] ?? 1_000);
const fewestChanges = 100;

let segment: Segment;
let daemon: TestDaemon;

beforeAll(() => void buildPrograms());
beforeEach(() => {
  segment = new Segment('masquerading');
  daemon = new TestDaemon(segment.director);
});
afterEach(async () => {
  await daemon.remove();
  segment[Symbol.dispose]();
});

const keyOf = (address: string, port: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address,
  port,
});
const [first, second] = realServers;
/** Two services, each with one real server of its own; the other one comes and goes, and takes no connection. */
const [one, other] = [keyOf(vip, servicePort), keyOf(vip, servicePort + 1)] as const;

const addService = (key: ServiceKey, scheduler: string): Command => ({
  kind: 'addService',
  service: { key, scheduler, schedulerFlags: 0, onePacket: false },
});
const withServer = (
  kind: 'addRealServer' | 'editRealServer',
  key: ServiceKey,
  address: string,
  weight: number,
): Command => ({ kind, key, realServer: serverAt(address, weight) });
const serverAt = (address: string, weight: number): RealServer => ({
  address,
  port: servicePort,
  method: 'masquerading',
  weight,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
});
const deleteServer = (key: ServiceKey, address: string): Command => ({
  kind: 'deleteRealServer',
  key,
  realServer: { address, port: servicePort },
});

/** Nobody asks these: they are what a change has to be found among. */
const crowd = Array.from({ length: services }, (_, index) =>
  keyOf(`10.${100 + (index >> 8)}.0.${index & 255}`, 80),
);
const crowded = (key: ServiceKey): Command[] => [
  addService(key, 'rr'),
  withServer('addRealServer', key, first, 1),
  withServer('addRealServer', key, second, 1),
];

/** Edits, additions and deletions, each put in force alone. */
const changesOfRound = (round: number): Command[] => {
  const bystander = crowd[round % crowd.length] ?? one;
  return [
    withServer('addRealServer', one, second, 0),
    withServer('addRealServer', other, first, 0),
    withServer('editRealServer', one, first, 1 + (round % 9)),
    withServer('editRealServer', one, second, 0),
    deleteServer(bystander, second),
    deleteServer(one, second),
    withServer('editRealServer', other, second, 1 + (round % 7)),
    { kind: 'deleteService', key: bystander },
    deleteServer(other, first),
    ...crowded(bystander),
  ];
};

async function carryOut(commands: readonly Command[]): Promise<void> {
  for (const result of await daemon.client.execute(commands)) expect(result).toEqual({ ok: true });
}

test(
  `no request goes to a wrong real server while services change among ${services}`,
  { timeout: 300_000 },
  async () => {
    await Promise.all([segment.serve(), daemon.start()]);
    await carryOut([
      ...[addService(one, 'wrr'), withServer('addRealServer', one, first, 1)],
      ...[addService(other, 'rr'), withServer('addRealServer', other, second, 1)],
      ...crowd.flatMap(crowded),
    ]);
    const loads = [one, other].map(({ port }: ServiceKey & { port?: number }) =>
      segment.spawn(segment.client, 'load-generator.ts', vip, `${port}`, `${requests}`),
    );
    const reports = Promise.all(loads.map(firstLine)) as Promise<LoadReport[]>;
    const state = { ended: false };
    const ended = reports.finally(() => (state.ended = true));
    let changes = 0;
    for (let round = 0; !state.ended; round += 1) {
      for (const command of changesOfRound(round)) await carryOut([command]);
      changes += changesOfRound(round).length;
      if (changes >= fewestChanges) for (const load of loads) load.stdin?.end();
    }

    const [toOne, toOther] = await ended;
    expect([toOne?.failures, toOther?.failures]).toEqual([[], []]);
    expect(Object.keys(toOne?.answers ?? {})).toEqual([first]);
    expect(Object.keys(toOther?.answers ?? {})).toEqual([second]);
    expect(changes).toBeGreaterThanOrEqual(fewestChanges);
  },
);
