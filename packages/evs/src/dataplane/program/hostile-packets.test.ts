import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparable, conversations } from '../../../test/fixtures/conversations.ts';
import { fragmented } from '../../../test/fixtures/fragmented.ts';
import { configureEverything, hostilePacket } from '../../../test/fixtures/hostile-packets.ts';
import { frame, mac, payloadOf, tcp, udp } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { residualsOf } from '../../../test/fixtures/residual.ts';
import {
  arriving,
  configure,
  directorMac,
  inward,
  topologies,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

/** A packet cut or padded with zeros. */
function resized(packet: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(packet.subarray(0, length));
  return result;
}

const short = [...conversations, ...fragmented].filter(({ steps }) =>
  steps.every(({ packet }) => packet.length <= 200),
);

describe('at every length from 0 to 200 bytes', () => {
  test.each(short)('a packet is rewritten whole or passes: $name', ({ place, setup, steps }) => {
    const director = new VmDirector();
    configure(director, setup);
    for (const { packet } of steps) director.run(place, packet);

    for (const step of steps) {
      const { name, packet, verdict, becomes } = step;
      const growth = becomes.length - packet.length;
      for (let length = 0; length <= 200; length++) {
        const given = resized(packet, length);
        const isWhole = length >= packet.length;
        const wanted = isWhole ? resized(becomes, length + growth) : given;
        const outcome = director.run(place, given);
        // Comparing in words is slow, and hardly ever needed.
        const chosen = isWhole ? step : { ...step, anyIdentification: false };
        const [seen, expected] = [outcome.packet, wanted].map((each) => comparable(each, chosen));
        if (Buffer.compare(seen ?? given, expected ?? given) === 0) {
          expect(outcome.verdict).toBe(isWhole ? verdict : 'pass');
        } else {
          expect({ name, length, packet: outcome.packet }).toEqual({
            name,
            length,
            packet: wanted,
          });
        }
      }
    }
  });
});

const addressesOf = (packet: Uint8Array): readonly [string, string] => {
  const [from, to, end] = packet[14] === 0x60 ? [22, 38, 54] : [26, 30, 34];
  return [
    Buffer.from(packet.subarray(from, to)).toString('hex'),
    Buffer.from(packet.subarray(to, end)).toString('hex'),
  ];
};

/** An ICMP error from the packet's destination to its source, whole and with right checksums. */
function isRefusal(answer: Uint8Array, packet: Uint8Array): boolean {
  const isIcmp = [1, 58].includes(answer[answer[14] === 0x45 ? 23 : 20] ?? 0);
  const [source, destination] = addressesOf(packet);
  const [from, to] = addressesOf(answer);
  if (!isIcmp || from !== destination || to !== source) return false;
  expect(residualsOf(answer)).toMatchObject({ transport: 0 });
  return true;
}

describe('a packet that something has happened to', () => {
  const director = new VmDirector();
  configureEverything(director);

  test.each(['xdp', 'tc'] as const)(
    'is never half rewritten, and no checksum is made good: %s',
    (place) => {
      fc.assert(
        fc.property(hostilePacket, (packet) => {
          const outcome = director.run(place, packet);

          expect(outcome.verdict).not.toBe('aborted');
          if (outcome.verdict === 'pass') expect(outcome.packet).toEqual(packet);
          if (outcome.verdict === 'pass' || outcome.verdict === 'drop') return;
          if (isRefusal(outcome.packet, packet)) return;
          const outerBytes = outcome.packet.length - packet.length;
          expect(outerBytes === 0 || [20, 40].includes(outerBytes)).toBe(true);
          const [before, after] = [
            residualsOf(packet),
            residualsOf(outcome.packet, 14 + outerBytes),
          ];
          // A UDP datagram without a checksum may have got a right one.
          const transport = before.transport ?? (after.transport === 0 ? 0 : undefined);
          expect(after).toEqual({ ...before, transport });
        }),
        { numRuns: 1500 },
      );
    },
  );
});

describe('a jumbo packet', () => {
  const { client, vip, servers } = topologies.ipv4;
  const payload = payloadOf(8900);

  test.each(['xdp', 'tc'] as const)('is balanced like any other: %s', (place) => {
    const director = new VmDirector();
    configure(director, { protocol: 'udp', mtu: 9000 });

    const { verdict, packet } = director.run(place, arriving(udp(client, vip, { payload })));

    expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
    expect(readFrame(packet)).toEqual(
      readFrame(
        frame(udp(client, servers[0], { payload, timeToLive: 63 }), {
          destination: mac(11),
          source: directorMac,
        }),
      ),
    );
  });
});

describe('a VLAN tag', () => {
  const { client, vip } = topologies.ipv4;

  test('in the metadata of a packet leaves it to the device of the VLAN', () => {
    const director = new VmDirector();
    configure(director);
    const packet = frame(tcp(client, vip), inward);

    expect(director.run('tc', packet, 1, { vlanPresent: true, vlanTci: 42 })).toEqual({
      verdict: 'pass',
      packet,
    });
  });
});

describe('a frame that is not for this host', () => {
  const { client, vip } = topologies.ipv4;
  const [broadcast, otherHost] = [1, 3];

  test.each([
    ['for another MAC address', otherHost],
    ['for everybody', broadcast],
  ])('is left alone: %s', (_, packetType) => {
    const director = new VmDirector();
    configure(director);
    const packet = frame(tcp(client, vip), inward);

    expect(director.run('tc', packet, 1, { packetType })).toEqual({ verdict: 'pass', packet });
    expect(director.connections()).toEqual([]);
  });
});
