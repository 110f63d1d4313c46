import { Machine } from '@evs/ebpf';
import { expect, test } from 'vitest';
import { icmpError, tcp, udp, type Segment } from '../../../test/fixtures/packets.ts';
import { arriving, configure, topologies } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const families = ['ipv4', 'ipv6'] as const;
/** Ethernet, IP and TCP headers without options. */
const headerBytes = { ipv4: 54, ipv6: 74 } as const;
const withData: Segment = { payload: new Uint8Array(1000) };
/** What a program may want to see of any packet. */
const mostHeaderBytes = 94;

/** Bytes that are linear after the director has met a packet, of which this many were. */
function linearAfter(
  family: (typeof families)[number],
  packet: Uint8Array,
  linearBytes: number,
): number {
  const director = new VmDirector();
  configure(director, { family });
  const program = director.programOf('tc');
  return new Machine(program).run(program, arriving(packet), { skb: { linearBytes } }).linearBytes;
}

test.each(families)('data that is apart from its headers stays there, %s', (family) => {
  const { client, vip } = topologies[family];
  const headers = headerBytes[family];

  expect(linearAfter(family, tcp(client, vip, withData), headers)).toBe(headers);
  expect(linearAfter(family, udp(client, vip, withData), headers)).toBe(headers);
});

test.each(families)('headers that are apart are pulled, %s', (family) => {
  const { client, vip } = topologies[family];
  const packet = tcp(client, vip, withData);

  for (const linearBytes of [14, 40, headerBytes[family] - 1]) {
    expect(linearAfter(family, packet, linearBytes)).toBe(mostHeaderBytes);
  }
});

test('behind IP options as many bytes are pulled as headers may have', () => {
  const { client, vip } = topologies.ipv4;
  const packet = tcp(client, vip, { ...withData, options: Uint8Array.of(1, 1, 1, 1) });

  expect(linearAfter('ipv4', packet, 60)).toBe(mostHeaderBytes);
});

test('an ICMP error shows the headers that it quotes', () => {
  const { client, vip, stranger } = topologies.ipv4;
  const packet = icmpError(
    stranger.address,
    vip.address,
    'portUnreachable',
    tcp(vip, client, withData),
  );

  expect(linearAfter('ipv4', packet, 54)).toBe(Math.min(mostHeaderBytes, 14 + packet.length));
});

test('a short packet that is apart is pulled whole', () => {
  const { client, vip } = topologies.ipv4;
  const packet = tcp(client, vip);

  expect(linearAfter('ipv4', packet, 20)).toBe(14 + packet.length);
});
