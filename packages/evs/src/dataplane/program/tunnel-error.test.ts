import { describe, expect, test } from 'vitest';
import { frame, icmpError, payloadOf, tcp } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { arriving, backward, fromServer, topologies } from '../../../test/fixtures/topology.ts';
import { configureTunnel, tunnelVariants } from '../../../test/fixtures/tunnel-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { forgetPathMtus, type NextHop } from '../control/next-hops.ts';
import { nameOf, overheadBytes } from '../tunnel-variants.ts';

const within = tunnelVariants.filter(({ inner, outer }) => inner === outer);
const places = ['xdp', 'tc'] as const;

describe.each(within.map((variant) => [nameOf(variant), variant] as const))('%s', (_, variant) => {
  const { client, vip, directorAddress, servers, stranger } = topologies[variant.inner];
  const segment = { flags: ['ack'] as const, payload: payloadOf(600) };
  const router = servers[1].address;

  /** A director with a connection, and the packet that went through the tunnel. */
  function tunnelled(place: 'xdp' | 'tc'): { director: VmDirector; sent: Uint8Array } {
    const director = new VmDirector();
    director.icmpErrors = true;
    configureTunnel(director, variant);
    director.run(place, arriving(tcp(client, vip)));
    const { packet } = director.run(place, arriving(tcp(client, vip, segment)));
    return { director, sent: packet.slice(14) };
  }
  const told = (kind: 'fragmentationNeeded' | 'timeExceeded', rest: number): unknown => {
    const about = tcp(client, vip, { ...segment, timeToLive: 63 });
    const message = icmpError(vip.address, client.address, kind, about, { rest });
    const { ip, ...addresses } = readFrame(frame(message, backward));
    return {
      ...addresses,
      ip: { icmp: ip?.icmp, source: ip?.source, destination: ip?.destination },
    };
  };

  test.each(places)('a smaller path MTU is learned, and the client told what fits: %s', (place) => {
    const { director, sent } = tunnelled(place);
    const error = icmpError(router, directorAddress, 'fragmentationNeeded', sent, { rest: 1400 });

    const { verdict, packet } = director.run(place, frame(error, fromServer(1)));

    expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
    const fits = 1400 - overheadBytes(variant);
    expect(readFrame(packet)).toMatchObject(told('fragmentationNeeded', fits) as object);
    expect(readFrame(packet).ip?.inner).toMatchObject({ source: client.address, timeToLive: 63 });
    const long = arriving(tcp(client, vip, { ...segment, payload: payloadOf(1380) }));
    expect(readFrame(director.run('tc', long).packet)).toMatchObject(
      told('fragmentationNeeded', fits) as object,
    );
    forgetPathMtus(director.registry, new Map([[servers[0].address, { mtu: 1500 } as NextHop]]));
    expect(readFrame(director.run('tc', long).packet)).toMatchObject({
      ip: { destination: servers[0].address },
    });
  });

  test.each(places)('other errors are told to the client as well: %s', (place) => {
    const { director, sent } = tunnelled(place);
    const error = icmpError(router, directorAddress, 'timeExceeded', sent, { rest: 0 });

    const { packet } = director.run(place, frame(error, fromServer(1)));

    expect(readFrame(packet)).toMatchObject(told('timeExceeded', 0) as object);
  });

  test.each(places)(
    'one with a wrong checksum is left to the host, which drops it: %s',
    (place) => {
      const { director, sent } = tunnelled(place);
      const error = icmpError(router, directorAddress, 'fragmentationNeeded', sent, { rest: 1400 });
      const checksumAt = variant.inner === 'ipv4' ? 20 + 2 : 40 + 2;
      error[checksumAt] = (error[checksumAt] ?? 0) ^ 0x40;
      const packet = frame(error, fromServer(1));

      expect(director.run(place, packet)).toEqual({ verdict: 'pass', packet });
      const long = arriving(tcp(client, vip, { ...segment, payload: payloadOf(1380) }));
      expect(readFrame(director.run('tc', long).packet)).toMatchObject({
        ip: { destination: servers[0].address },
      });
    },
  );

  test.each(places)('one about no connection of ours is left to the host: %s', (place) => {
    const { director, sent } = tunnelled(place);
    const inner = tcp(stranger, vip, segment);
    const other = Uint8Array.from(
      Buffer.concat([sent.slice(0, sent.length - inner.length), inner]),
    );
    const error = frame(
      icmpError(router, directorAddress, 'timeExceeded', other, { rest: 0 }),
      fromServer(1),
    );

    expect(director.run(place, error)).toEqual({ verdict: 'pass', packet: error });
  });
});
