import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AddressFamily } from '../../src/director/index.ts';
import { callIdOf } from '../fixtures/call-id-model.ts';
import { udp } from '../fixtures/packets.ts';
import { serviceKey } from '../fixtures/test-director.ts';
import { arriving, configure, everywhere, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';
import { TrafficNetwork } from './traffic-network.ts';

const timeout = 60_000;
const port = 8080;
const engine = { persistence: { timeoutSeconds: 50, mask: 32 }, persistenceEngine: 'sip' };

describe('Call-IDs are read in the kernel as they are in the interpreter', () => {
  const messages = [
    'X\r\nCall-ID: abc@example.com\r\n',
    'X\ni:abc\n',
    'X\r\nCall-ID :\r\n folded\r\n',
    'X\r\nCall-ID: @\r\ni: second\r\n',
    `X\r\ni: ${'z'.repeat(255)}\r\n`,
    `X\r\ni: ${'z'.repeat(256)}\r\n`,
    'X\r\nCall-ID: unfinished',
    '',
    '\r\n',
    'Call-ID',
    `${'y'.repeat(1000)}\r\nCall-ID: late\r\n`,
  ];

  test.each(everywhere)('%s at %s', (family, place) => {
    using director = new KernelDirector();
    configure(director, { family, protocol: 'udp', servers: 3, service: engine });
    const { client, vip } = topologies[family];

    for (const [index, message] of messages.entries()) {
      const payload = Buffer.from(message);
      director.run(place, arriving(udp({ ...client, port: 1000 + index }, vip, { payload })));
    }

    const found = messages.flatMap((message) => callIdOf(Buffer.from(message)) ?? []);
    const listed = director.templates().flatMap(({ engine: by }) => by?.data ?? []);
    expect(listed.toSorted()).toEqual(found.toSorted());
    expect(director.drops()).toEqual({ 'no Call-ID': messages.length - found.length });
  });
});

const network = new TrafficNetwork();
beforeAll(async () => {
  await network.serve();
}, 30_000);
afterAll(() => network[Symbol.dispose]());

/** Which real server answers a message of a call, sent from a port of its own; bash alone would send its lines apart. */
function answerer(family: AddressFamily, callId: string): string {
  const message = String.raw`$'OPTIONS sip:a SIP/2.0\r\nCall-ID: ${callId}\r\n\r\n'`;
  const socket = `/dev/udp/${network.vip(family)}/${port}`;
  const script = `exec 3<>${socket}; printf %s ${message} | cat >&3; timeout 2 head -c 3 <&3`;
  return network.client.run('bash', '-c', script);
}

describe.each([
  { family: 'ipv4', method: 'masquerading', hook: 'tc' },
  { family: 'ipv4', method: 'gatewaying', hook: 'xdp-generic' },
  { family: 'ipv6', method: 'masquerading', hook: 'xdp-generic' },
] as const)('$method over $family at $hook', (situation) => {
  const { family } = situation;
  beforeAll(() => {
    network.balance(situation);
    const key = serviceKey({ address: network.vip(family), port }, 'udp');
    const service = { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false, ...engine };
    network.apply({ kind: 'editService', service });
  });

  test('each call of one client keeps its real server', { timeout }, () => {
    const ids = ['one@host', 'two@host', 'three@host'];
    const before = ids.map((id) => answerer(family, id));
    expect(new Set(before).size).toBeGreaterThan(1);

    expect(ids.map((id) => answerer(family, id))).toEqual(before);
    const own = [...network.plane.connections()].filter(
      ({ virtual }) => virtual.address === network.vip(family),
    );
    const calls = own.flatMap(({ engine: by }) => by?.data ?? []);
    expect(calls.toSorted()).toEqual(ids.toSorted());
  });
});
