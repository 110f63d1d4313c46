import { expect, test } from 'vitest';
import { frame, udp } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { arriving, configure, fromServer, topologies } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second, third] = servers;
const datagram = arriving(udp(client, vip));

function director(
  method: 'masquerading' | 'gatewaying' = 'masquerading',
  special = {},
): VmDirector {
  const made = new VmDirector();
  const service = { onePacket: true, ...special };
  configure(made, { protocol: 'udp', servers: 3, method, service });
  return made;
}

test.each(['xdp', 'tc'] as const)(
  'each datagram is scheduled by itself and counted, and no connection is made: %s',
  (place) => {
    const to = director();

    const picks = [1, 2, 3, 4].map(() => readFrame(to.run(place, datagram).packet).ip?.destination);

    expect(picks).toEqual([third.address, second.address, first.address, third.address]);
    expect(to.sizeOf('connections4') + to.sizeOf('replies4')).toBe(0);
    expect(to.serviceCounters()).toMatchObject({ connections: 4, inPackets: 4, inBytes: 4 * 46 });
    expect(to.countsOf(third.address)).toMatchObject({ active: 0, inactive: 0, connections: 2 });
  },
);

test('a real server that XDP cannot reach yet is reached by tc, and the datagram counted once', () => {
  const to = director('gatewaying');
  for (const { address } of servers) to.setNextHop(address, { ...unresolved, address });

  expect(to.run('xdp', datagram).verdict).toBe('pass');
  expect(to.run('tc', datagram).verdict).toBe('redirect');
  expect(to.serviceCounters()).toMatchObject({ connections: 1, inPackets: 1 });
});

const unresolved = {
  local: false,
  ifindex: 1,
  sourceMac: new Uint8Array(6),
  destinationMac: undefined,
  sourceAddress: '10.0.0.1',
  mtu: 1500,
};

test('answers are not translated, as in ip_vs: nothing is known of their request', () => {
  const to = director();
  to.run('xdp', datagram);

  expect(to.run('xdp', frame(udp(third, client), fromServer(2))).verdict).toBe('pass');
});

test('a persistent client stays with its real server, datagram by datagram', () => {
  const to = director('masquerading', { persistence: { timeoutSeconds: 50, mask: 32 } });

  const picks = [1, 2, 3].map(() => readFrame(to.run('xdp', datagram).packet).ip?.destination);

  expect(picks).toEqual([third.address, third.address, third.address]);
  expect(to.templates()).toMatchObject([{ expiresInSeconds: 50 }]);
  to.wait(51);
  to.sweep();
  expect(to.sizeOf('templates4')).toBe(0);
});
