import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Command, ForwardingMethod } from '../../src/director/index.ts';
import type { LoadReport } from './load-generator.ts';
import { firstLine, realServers, Segment, servicePort, vip } from './segment.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

const requests = Number(process.env['EVS_REQUESTS'] ?? 20_000);
const kills = 10;

beforeAll(() => void buildPrograms());

describe.each(['masquerading', 'gatewaying', 'tunneling'] as const)('%s', (method) => {
  let segment: Segment;
  let daemon: TestDaemon;
  beforeEach(() => {
    segment = new Segment(method);
    daemon = new TestDaemon(segment.director);
  });
  afterEach(async () => {
    await daemon.remove();
    segment[Symbol.dispose]();
  });

  test(
    `${requests} requests are all answered while evsd is killed and restarted ${kills} times`,
    { timeout: 300_000 },
    async () => {
      await Promise.all([segment.serve(), daemon.start()]);
      expect(await daemon.client.execute(configuration(method))).toSatisfy(allGood);

      const words = [vip, `${servicePort}`, `${requests}`];
      const load = segment.spawn(segment.client, 'load-generator.ts', ...words);
      const report = firstLine(load) as Promise<LoadReport>;
      for (let kill = 0; kill < kills; kill++) {
        await delay(200 + Math.random() * 300);
        await daemon.kill();
        await delay(Math.random() * 300);
        await daemon.start();
      }
      load.stdin?.end();

      const { answered, connections, failures, answers } = await report;
      expect(failures).toEqual([]);
      expect(answered).toBeGreaterThanOrEqual(requests);
      // Both take part, and the daemon that took over counts on.
      expect(Object.keys(answers).toSorted()).toEqual(realServers);
      const [service] = await daemon.client.services();
      expect(service?.counters.connections).toBeGreaterThanOrEqual(connections);
    },
  );
});

function configuration(method: ForwardingMethod): Command[] {
  const key = { kind: 'address', protocol: 'tcp', address: vip, port: servicePort } as const;
  const service = { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false };
  return [
    { kind: 'addService', service },
    ...realServers.map((address): Command => ({
      kind: 'addRealServer',
      key,
      realServer: {
        address,
        port: servicePort,
        method,
        weight: 1,
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: 'ipip', port: 0, checksum: 'none' },
      },
    })),
  ];
}

const allGood = (results: readonly { readonly ok: boolean }[]): boolean =>
  results.every(({ ok }) => ok);
