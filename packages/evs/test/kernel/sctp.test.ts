import { describe, expect, test } from 'vitest';
import type { AddressFamily, ForwardingMethod } from '../../src/director/index.ts';
import { crc32c } from '../fixtures/checksums.ts';
import { frame, payloadOf, sctp, type SctpChunkName } from '../fixtures/packets.ts';
import { arriving, configure, fromServer, topologies } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';

/** Crafted packets, since not every kernel has SCTP sockets. */
const families: readonly AddressFamily[] = ['ipv4', 'ipv6'];
const methods: readonly ForwardingMethod[] = ['masquerading', 'gatewaying', 'tunneling'];
const cases = families.flatMap((family) => methods.map((method) => ({ family, method })));

describe.each(cases)('an association over $family by $method', ({ family, method }) => {
  const { client, vip, servers } = topologies[family];

  test.each(['xdp', 'tc'] as const)('is balanced at %s', (place) => {
    using director = new KernelDirector();
    director.localClients = false;
    configure(director, { family, method, protocol: 'sctp', mtu: 9000 });
    const send = (chunk: SctpChunkName, bytes = 18) =>
      director.run(
        place,
        arriving(sctp(client, vip, { chunks: [chunk], payload: payloadOf(bytes) })),
      );

    send('init');
    send('cookieEcho');
    // What BPF_PROG_TEST_RUN takes is bounded by a page.
    const { verdict, packet } = send('data', 3000);

    expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
    const seen = method === 'masquerading' ? 'INIT' : 'ESTABLISHED';
    expect(director.connections()).toMatchObject([{ protocol: 'sctp', state: seen }]);
    if (method === 'masquerading') {
      expect(checksumOf(packet, family)).toEqual(computed(packet, family));
      const answer = frame(sctp(servers[0], client, { chunks: ['cookieAck'] }), fromServer(0));
      const back = director.run(place, answer);
      expect(checksumOf(back.packet, family)).toEqual(computed(back.packet, family));
      expect(director.connections()).toMatchObject([{ state: 'ESTABLISHED' }]);
    }
  });
});

const transportAt = { ipv4: 14 + 20, ipv6: 14 + 40 } as const;

const checksumOf = (packet: Uint8Array, family: AddressFamily): number =>
  new DataView(packet.buffer, packet.byteOffset).getUint32(transportAt[family] + 8, true);

/** Computed anew from everything. */
function computed(packet: Uint8Array, family: AddressFamily): number {
  const message = packet.slice(transportAt[family]);
  message.fill(0, 8, 12);
  return crc32c(message);
}
