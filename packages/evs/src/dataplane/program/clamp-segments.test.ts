import { describe, expect, test } from 'vitest';
import { frame, tcp, tunnelled, type Segment } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import {
  arriving,
  configure,
  directorMac,
  fromServer,
  onward,
  topologies,
} from '../../../test/fixtures/topology.ts';
import { configureTunnel, tunnelVariants } from '../../../test/fixtures/tunnel-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import type { AddressFamily } from '../../director/index.ts';
import { nameOf, overheadBytes } from '../tunnel-variants.ts';

const places = ['xdp', 'tc'] as const;
const families = ['ipv4', 'ipv6'] as const;
const headers = { ipv4: 20 + 20, ipv6: 40 + 20 } as const;

/** What a SYN announces, between other options. */
const announcing = (bytes: number, before: readonly number[] = []): Uint8Array => {
  const options = [...before, 2, 4, bytes >> 8, bytes & 0xff, 1, 3, 3, 7, 1, 1];
  while (options.length % 4 !== 0) options.push(0);
  return Uint8Array.from(options);
};

/** A director with an IPIP tunnel of 1400 bytes. */
function directorWith(family: AddressFamily, clamp_mss = 1): VmDirector {
  const director = new VmDirector();
  director.localClients = false;
  configure(director, { family, method: 'tunneling', mtu: 1400, settings: { clamp_mss } });
  return director;
}
const overhead = { ipv4: 20, ipv6: 40 } as const;
const fits = (family: AddressFamily): number => 1400 - overhead[family] - headers[family];

describe.each(families.flatMap((family) => places.map((place) => ({ family, place }))))(
  'over $family at $place',
  ({ family, place }) => {
    const { client, vip, servers, directorAddress } = topologies[family];
    const through = (segment: Segment): Uint8Array => {
      const inner = tcp(client, vip, { ...segment, timeToLive: 63 });
      const life = { timeToLive: 63 };
      return frame(tunnelled(directorAddress, servers[0].address, inner, life), onward(0));
    };

    test.each([
      ['first', []],
      ['behind others', [4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8]],
      ['at an odd place', [1]],
      ['at another odd place', [3, 3, 9]],
      ['behind much padding', [1, 1, 1, 1, 1, 1, 1, 1]],
    ])('a SYN announces what fits into the tunnel: %s', (_, before) => {
      const director = directorWith(family);
      const sent = arriving(tcp(client, vip, { tcpOptions: announcing(1460, before) }));

      const { packet } = director.run(place, sent);

      const wanted = through({ tcpOptions: announcing(fits(family), before) });
      expect(readFrame(packet)).toEqual(readFrame(wanted));
      expect(packet).toEqual(wanted);
    });

    test.each<[string, Segment]>([
      ['what fits', { tcpOptions: announcing(fits(family)) }],
      ['nothing', { tcpOptions: Uint8Array.of(4, 2, 1, 1) }],
      ['an empty option', { tcpOptions: Uint8Array.of(9, 0, 2, 4, 0x05, 0xb4, 1, 1) }],
      ['something after the end', { tcpOptions: Uint8Array.of(1, 1, 1, 0, 2, 4, 5, 180) }],
      ['an option that is cut short', { tcpOptions: Uint8Array.of(1, 1, 2, 4) }],
      ['it in an option of another length', { tcpOptions: Uint8Array.of(2, 3, 255, 1) }],
      ['it without being a SYN', { flags: ['ack'], tcpOptions: announcing(1460) }],
    ])('a segment that announces %s stays as it is', (_, segment) => {
      const director = directorWith(family);
      director.run(place, arriving(tcp(client, vip)));

      const { packet } = director.run(place, arriving(tcp(client, vip, segment)));

      expect(packet).toEqual(through(segment));
    });

    test('0 changes nothing', () => {
      const segment = { tcpOptions: announcing(1460) };
      const { packet } = directorWith(family, 0).run(place, arriving(tcp(client, vip, segment)));
      expect(packet).toEqual(through(segment));
    });

    test('an answer that comes by way of the director announces what fits, and passes', () => {
      const director = directorWith(family);
      director.run(place, arriving(tcp(client, vip)));
      const answer = (bytes: number): Uint8Array => {
        const segment: Segment = { flags: ['syn', 'ack'], tcpOptions: announcing(bytes) };
        return frame(tcp(vip, client, segment), fromServer(0));
      };

      const outcome = director.run(place, answer(1460));

      expect(outcome).toEqual({ verdict: 'pass', packet: answer(fits(family)) });
      const other = frame(
        tcp({ ...vip, port: 81 }, client, { tcpOptions: announcing(1460) }),
        fromServer(0),
      );
      expect(director.run(place, other)).toEqual({ verdict: 'pass', packet: other });
    });
  },
);

test.each(tunnelVariants.map((variant) => [nameOf(variant), variant] as const))(
  'what fits is less by the headers of the tunnel: %s',
  (_, variant) => {
    const director = new VmDirector();
    configureTunnel(director, variant);
    director.apply({ kind: 'changeSettings', settings: { clamp_mss: 1 } });
    const { client, vip } = topologies[variant.inner];
    const sent = arriving(tcp(client, vip, { tcpOptions: announcing(9000) }));

    const { packet } = director.run('tc', sent);

    const options = 14 + overheadBytes(variant) + headers[variant.inner];
    const announced = Buffer.from(packet).readUInt16BE(options + 2);
    expect(announced).toBe(1500 - overheadBytes(variant) - headers[variant.inner]);
  },
);

test('a client on the director hears of what fits, and may announce what it likes: no answer comes by tunnel', () => {
  const { client, vip, servers, directorAddress } = topologies.ipv4;
  const director = directorWith('ipv4');
  director.localClients = true;
  director.publish();
  const own = { ...client, address: vip.address };
  const atHome = { destination: directorMac, source: directorMac };
  const asked = frame(tcp(own, vip, { tcpOptions: announcing(1460) }), atHome);
  const sent = director.run('loopback', asked).packet;
  expect(readFrame(sent).ip).toMatchObject({
    destination: servers[0].address,
    inner: { source: directorAddress },
  });
  expect(Buffer.from(sent).readUInt16BE(14 + 60 + 2)).toBe(1460);
  const self = { ...client, address: directorAddress };
  const answer = tcp(vip, self, { flags: ['syn', 'ack'], tcpOptions: announcing(1460) });

  const outcome = director.run('tc', frame(answer, fromServer(0)));

  const heard = tcp(vip, own, {
    flags: ['syn', 'ack'],
    tcpOptions: announcing(fits('ipv4')),
    timeToLive: 63,
  });
  expect(outcome).toMatchObject({ verdict: 'redirect', received: true });
  expect(outcome.packet.slice(14)).toEqual(heard);
});
