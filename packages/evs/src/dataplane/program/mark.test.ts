import { describe, expect, test } from 'vitest';
import type { AddressFamily, Command, MarkRule, ServiceRequest } from '../../director/index.ts';
import { frame, tcp, udp, type Endpoint } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { addServer, addService, realServer } from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  configure,
  fromServer,
  resolveServers,
  topologies,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second] = servers;
const at = (port: number, address = vip.address): Endpoint => ({ address, port });
const addRule = (rule: Partial<MarkRule>): Command => ({
  kind: 'addMarkRule',
  rule: { mark: 5, family: 'ipv4', ...rule },
});
const toVip: Partial<MarkRule> = { destination: { address: vip.address, length: 32 } };
const persistent = { persistence: { timeoutSeconds: 60, mask: 32 } };

interface MarkSetup {
  readonly family?: AddressFamily;
  readonly mark?: number;
  readonly service?: Partial<ServiceRequest>;
  readonly rules?: readonly Partial<MarkRule>[];
  /** Of the real servers; 0: none. */
  readonly port?: number;
}

function director(setup: MarkSetup = {}): VmDirector {
  const { family = 'ipv4', mark = 5, rules = [], port = 0 } = setup;
  const made = new VmDirector();
  const key = { kind: 'mark', mark, family } as const;
  made.apply(...rules.map(addRule), addService(key, 'rr', setup.service));
  for (const { address } of topologies[family].servers.slice(0, 2)) {
    made.apply(addServer(key, realServer({ address, port }, 'masquerading')));
  }
  resolveServers(made, family, 1);
  return made;
}

/** Where a packet goes: address and port of the real server; else the verdict. */
let ports = 1024;
function sent(to: VmDirector, packet: (from: Endpoint) => Uint8Array, mark?: number): unknown {
  const bytes = arriving(packet({ ...client, port: ports++ }));
  const outcome = mark === undefined ? to.run('xdp', bytes) : to.run('tc', bytes, 1, { mark });
  const { ip } = readFrame(outcome.packet);
  return ['transmit', 'redirect'].includes(outcome.verdict)
    ? `${ip?.destination} ${ip?.tcp?.destinationPort ?? ip?.udp?.destinationPort}`
    : outcome.verdict;
}
const segment = (to: Endpoint) => (from: Endpoint) => tcp(from, to);
const datagram = (to: Endpoint) => (from: Endpoint) => udp(from, to);

describe('a packet whose mark was set before it came to tc', () => {
  test('goes to the service of its mark, whatever its protocol and port', () => {
    const to = director();

    expect(sent(to, segment(at(80)), 5)).toBe(`${second.address} 80`);
    expect(sent(to, datagram(at(53)), 5)).toBe(`${first.address} 53`);
    expect(sent(to, segment(at(80)), 6)).toBe('pass');
    expect(sent(to, segment(at(80)), 0)).toBe('pass');
    expect(to.serviceCounters()).toMatchObject({ connections: 2, inPackets: 2 });
  });

  test('does so with the greatest mark, too', () => {
    expect(sent(director({ mark: 0xffff_ffff }), segment(at(80)), 0xffff_ffff)).toBe(
      `${second.address} 80`,
    );
  });

  test('goes there even if there is a service of its VIP and port', () => {
    const to = director();
    configure(to, { servers: 1 });

    expect(sent(to, segment(vip), 5)).toBe(`${second.address} 80`);
    expect(sent(to, segment(vip), 0)).toBe(`${first.address} 8080`);
  });

  test('is answered in the name of its destination', () => {
    const to = director();
    const request = tcp(client, at(443));
    to.run('tc', arriving(request), 1, { mark: 5 });
    const answer = tcp({ ...second, port: 443 }, client, { flags: ['syn', 'ack'] });

    const { ip } = readFrame(to.run('tc', frame(answer, fromServer(1))).packet);

    expect(ip).toMatchObject({ source: vip.address, tcp: { sourcePort: 443 } });
  });
});

describe('a rule of ours', () => {
  test.each<[string, Partial<MarkRule>, (from: Endpoint) => Uint8Array, boolean]>([
    ['fits any packet if it says nothing', {}, datagram(at(9, '198.51.100.200')), true],
    ['asks for a destination', toVip, segment(at(1)), true],
    ['asks for another destination', toVip, segment(at(1, '203.0.113.81')), false],
    ['asks for a net', { destination: { address: '203.0.0.0', length: 16 } }, segment(vip), true],
    [
      'asks for another net',
      { destination: { address: '203.1.0.0', length: 16 } },
      segment(vip),
      false,
    ],
    [
      'ignores bits past its prefix',
      { destination: { address: '203.0.9.9', length: 16 } },
      segment(vip),
      true,
    ],
    ['asks for a source', { source: { address: '198.51.100.0', length: 24 } }, segment(vip), true],
    [
      'asks for another source',
      { source: { address: '198.51.101.0', length: 24 } },
      segment(vip),
      false,
    ],
    ['asks for TCP', { protocol: 'tcp' }, segment(vip), true],
    ['asks for UDP', { protocol: 'udp' }, segment(vip), false],
    [
      'asks for ports, the first',
      { protocol: 'tcp', destinationPorts: { first: 80, last: 90 } },
      segment(at(80)),
      true,
    ],
    [
      'asks for ports, the last',
      { protocol: 'tcp', destinationPorts: { first: 80, last: 90 } },
      segment(at(90)),
      true,
    ],
    [
      'asks for ports, below',
      { protocol: 'tcp', destinationPorts: { first: 80, last: 90 } },
      segment(at(79)),
      false,
    ],
    [
      'asks for ports, above',
      { protocol: 'tcp', destinationPorts: { first: 80, last: 90 } },
      segment(at(91)),
      false,
    ],
    [
      'asks for source ports',
      { protocol: 'tcp', sourcePorts: { first: 1, last: 1023 } },
      segment(vip),
      false,
    ],
    ['is of one family', { family: 'ipv6' }, segment(vip), false],
  ])('%s', (_, rule, packet, fits) => {
    const to = director({ rules: [rule] });

    expect(sent(to, packet)).toEqual(fits ? expect.stringContaining(second.address) : 'pass');
    expect(sent(to, packet, 0)).toEqual(fits ? expect.stringContaining(first.address) : 'pass');
  });

  test.each([
    [64, '2001:db8:2::ffff', true],
    [63, '2001:db8:2:1::1', true],
    [64, '2001:db8:2:1::1', false],
  ])('asks for an IPv6 net: /%i, %s', (length, address, fits) => {
    const destination = { address: '2001:db8:2::', length };
    const to = director({ family: 'ipv6', rules: [{ family: 'ipv6', destination }] });
    const packet = arriving(tcp(topologies.ipv6.client, { address, port: 80 }));

    expect(to.run('xdp', packet).verdict).toBe(fits ? 'transmit' : 'pass');
  });

  test('comes before the mark that a packet brings along; the first that fits counts', () => {
    const to = director({
      rules: [
        { ...toVip, mark: 7, protocol: 'udp' },
        { ...toVip, mark: 5, protocol: 'tcp' },
        { ...toVip, mark: 8 },
      ],
    });

    expect(sent(to, segment(vip), 8)).toBe(`${second.address} 80`);
    expect(sent(to, datagram(vip), 5)).toBe('pass');
  });

  test('can be changed while packets come: the old rules go on until the new ones are there', () => {
    const to = director({ rules: [toVip] });
    const other = { destination: { address: '203.0.113.81', length: 32 } };
    to.apply(addRule(other), {
      kind: 'deleteMarkRule',
      rule: { mark: 5, family: 'ipv4', ...toVip },
    });

    expect(sent(to, segment(vip))).toBe('pass');
    expect(sent(to, segment(at(80, '203.0.113.81')))).toBe(`${second.address} 80`);
  });
});

describe('the port at the real server', () => {
  test.each([
    ['of the packet', 0, {}, 443],
    ['of the real server, if it has one', 99, {}, 99],
    ['of the packet, if the service is persistent', 99, persistent, 443],
  ])('is that %s', (_, port, service, expected) => {
    const to = director({ rules: [toVip], port, service });

    expect(sent(to, segment(at(443)))).toBe(`${second.address} ${expected}`);
  });
});

describe('a persistent service by mark', () => {
  test('keeps a client at one real server by all protocols and ports', () => {
    const to = director({ rules: [toVip], service: persistent });

    expect(sent(to, segment(at(80)))).toBe(`${second.address} 80`);
    expect(sent(to, segment(at(443)))).toBe(`${second.address} 443`);
    expect(sent(to, datagram(at(53)))).toBe(`${second.address} 53`);
    expect(to.templates()).toEqual([
      {
        protocol: 'ip',
        state: 'NONE',
        expiresInSeconds: 60,
        client: { address: client.address, port: 0 },
        virtual: { address: '0.0.0.5', port: 0 },
        destination: { address: second.address, port: 0 },
      },
    ]);
    for (let minutes = 0; minutes < 7; minutes++) {
      to.wait(61);
      to.sweep();
    }
    expect(to.sizeOf('templates4')).toBe(0);
  });

  test('lists its mark as an address of IPv6, too', () => {
    const to = director({
      family: 'ipv6',
      rules: [{ family: 'ipv6' }],
      service: { persistence: { timeoutSeconds: 60, mask: 64 } },
    });
    to.run('xdp', arriving(tcp(topologies.ipv6.client, topologies.ipv6.vip)));

    expect(to.templates()).toMatchObject([
      { protocol: 'ip', virtual: { address: '0:5::', port: 0 } },
    ]);
  });
});

test('a service by mark that is deleted leaves its packets to the host', () => {
  const to = director({ rules: [toVip] });
  to.apply({ kind: 'deleteService', key: { kind: 'mark', mark: 5, family: 'ipv4' } });
  to.collectTrash(61_000);

  expect(sent(to, segment(vip), 5)).toBe('pass');
  expect(to.registry.services.size).toBe(0);
});

test('a daemon that takes over finds services by mark', () => {
  const to = director({ rules: [toVip] });
  to.takeOver();
  to.publish();

  expect([...to.registry.services.values()].map(({ key }) => key)).toEqual([
    { kind: 'mark', mark: 5, family: 'ipv4' },
  ]);
  expect(sent(to, segment(vip))).toBe(`${second.address} 80`);
});
