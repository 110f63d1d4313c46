import { describe, expect, test } from 'vitest';
import { frame, tcp } from '../../../test/fixtures/packets.ts';
import {
  arriving,
  configure,
  fromServer,
  resolveServers,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import type { Outcome, Place } from '../../../test/fixtures/test-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const clientSide = 7;
const serverSide = 70;

/** A director whose real servers are on a device of their own. */
function directorWith(setup: Setup, ...peers: number[]): VmDirector {
  const director = new VmDirector();
  director.peers = true;
  configure(director, { ...setup, serverDevice: serverSide });
  director.setPeers(...peers);
  return director;
}

const ask = (director: VmDirector, place: Place = 'tc', family: 'ipv4' | 'ipv6' = 'ipv4') => {
  const { client, vip } = topologies[family];
  return director.run(place, arriving(tcp(client, vip)), place === 'loopback' ? 1 : clientSide);
};
const answer = (director: VmDirector) => {
  const { client, servers } = topologies.ipv4;
  const segment = tcp(servers[0], client, { flags: ['syn', 'ack'] });
  return director.run('tc', frame(segment, fromServer(0)), serverSide);
};
const way = ({ verdict, ifindex, peer }: Outcome) => ({ verdict, ifindex, peer });

describe('at tc', () => {
  test.each(
    (['ipv4', 'ipv6'] as const).flatMap((family) =>
      (['masquerading', 'gatewaying', 'tunneling'] as const).map((method) => ({ family, method })),
    ),
  )('a request goes to the peer of the real server’s device: $method, $family', (setup) => {
    const director = directorWith(setup, serverSide);

    expect(way(ask(director, 'tc', setup.family))).toEqual({
      verdict: 'redirect',
      ifindex: serverSide,
      peer: true,
    });
  });

  test('the peer gets the same packet that the device would have got', () => {
    const [there, through] = [directorWith({}, serverSide), directorWith({})];

    expect(ask(there).packet).toEqual(ask(through).packet);
  });

  test('an answer goes to the peer of the client’s device', () => {
    const director = directorWith({}, clientSide);
    expect(way(ask(director))).toEqual({ verdict: 'redirect', ifindex: serverSide });

    expect(way(answer(director))).toEqual({
      verdict: 'redirect',
      ifindex: clientSide,
      peer: true,
    });
  });

  test('connections follow at once when a device loses its peer', () => {
    const director = directorWith({}, clientSide, serverSide);
    ask(director);

    director.setPeers();

    expect(way(answer(director))).toEqual({ verdict: 'redirect', ifindex: clientSide });
    expect(way(ask(director))).toEqual({ verdict: 'redirect', ifindex: serverSide });
  });

  test('a device whose number is beyond the set has no peer', () => {
    const director = directorWith({}, serverSide);
    resolveServers(director, 'ipv4', 65_536 + serverSide);

    expect(way(ask(director))).toEqual({ verdict: 'redirect', ifindex: 65_536 + serverSide });
  });

  test('a real server without a MAC address is asked for, whatever its device', () => {
    const director = directorWith({}, serverSide);
    const { servers, directorAddress } = topologies.ipv4;
    director.setNextHop(servers[0].address, {
      local: false,
      ifindex: serverSide,
      address: servers[0].address,
      sourceMac: new Uint8Array(6),
      destinationMac: undefined,
      sourceAddress: directorAddress,
      mtu: 1500,
    });

    const outcome = ask(director);

    expect(outcome.neighbour).toEqual(Uint8Array.of(10, 0, 0, 11));
    expect(outcome.peer).toBeUndefined();
  });
});

test.each(['xdp', 'loopback'] as const)('at %s frames go by the device', (place) => {
  const director = directorWith({}, serverSide);

  expect(ask(director, place).peer).toBeUndefined();
});

test('where it is switched off the program holds no code for it', () => {
  const director = directorWith({}, serverSide);
  const instructions = (): number => director.programOf('tc').instructions.length;
  const before = instructions();

  director.peers = false;
  director.publish();

  expect(way(ask(director))).toEqual({ verdict: 'redirect', ifindex: serverSide });
  expect(instructions()).toBeLessThan(before);
  expect(director.programOf('tc').maps.map(({ name }) => name)).not.toContain('peers');
});
