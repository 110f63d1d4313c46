import fc from 'fast-check';
import { expect, test } from 'vitest';
import { virtualRouter } from '../../test/fixtures/virtual-routers.ts';
import { encodeAdvertisement, type Advertisement } from './advertisement.ts';
import { receive, rejections, type Arrival, type Rejection } from './receive.ts';
import type { VirtualRouter } from './virtual-router.ts';

const ours = virtualRouter({ password: '1111' });
const theirs: Advertisement = {
  version: 2,
  virtualRouterId: 51,
  priority: 50,
  addresses: ours.addresses,
  intervalMs: 1_000,
  password: '1111',
};
const us = '10.9.0.1';
const way = { source: '10.9.0.2', destination: '224.0.0.18' };

function arrival(changes: Partial<Advertisement> = {}, path = way): Arrival {
  return { packet: encodeAdvertisement({ ...theirs, ...changes }, path), ...path, timeToLive: 255 };
}
const altered = (at: number, value: number): Arrival => {
  const good = arrival();
  const packet = good.packet.slice();
  packet[at] = value;
  return { ...good, packet };
};

test('an advertisement of a peer counts', () => {
  expect(receive(ours, us, arrival())).toEqual({
    source: '10.9.0.2',
    priority: 50,
    intervalMs: 1_000,
  });
});

const unicast = virtualRouter({
  version: 3,
  unicastPeers: [{ address: '10.9.0.2', timeToLive: { least: 200, most: 255 } }],
});
const unicastWay = { source: '10.9.0.2', destination: us };
const version3: Partial<Advertisement> = { version: 3 };

test.each<[Rejection, VirtualRouter, Arrival]>([
  ['too short', ours, { ...arrival(), packet: arrival().packet.slice(0, 19) }],
  ['too long', ours, { ...arrival(), packet: new Uint8Array([...arrival().packet, 0]) }],
  ['wrong time to live', ours, { ...arrival(), timeToLive: 254 }],
  ['wrong version', ours, arrival({ version: 3 })],
  ['wrong authentication type', virtualRouter(), arrival()],
  ['wrong password', ours, arrival({ password: '1112' })],
  ['wrong interval', ours, arrival({ intervalMs: 2_000 })],
  ['wrong type', ours, altered(0, 0x22)],
  ['wrong number of addresses', ours, arrival({ addresses: ['10.9.0.100', '10.9.0.101'] })],
  ['wrong checksum', ours, altered(2, 51)],
  ['unicast expected', unicast, arrival(version3)],
  ['multicast expected', ours, arrival({}, unicastWay)],
  ['address missing', ours, arrival({ addresses: ['10.9.0.101'] })],
  [
    'unknown peer',
    { ...unicast, checkUnicastSource: true },
    arrival(version3, { ...unicastWay, source: '10.9.0.7' }),
  ],
  ['time to live out of range', unicast, { ...arrival(version3, unicastWay), timeToLive: 10 }],
  ['our own', ours, arrival({}, { ...way, source: us })],
])('%s', (reason, router, received) => {
  expect(receive(router, us, received)).toBe(reason);
});

test('by unicast from anybody counts, unless peers are checked', () => {
  const stranger = arrival(version3, { ...unicastWay, source: '10.9.0.7' });

  expect(receive(unicast, us, stranger)).toMatchObject({ source: '10.9.0.7' });
});

test('a version 3 checksum over the multicast group counts by unicast, too', () => {
  const old = encodeAdvertisement(
    { ...theirs, version: 3 },
    { ...unicastWay, destination: '224.0.0.18' },
  );

  expect(receive(unicast, us, { packet: old, ...unicastWay, timeToLive: 255 })).toMatchObject({
    priority: 50,
  });
});

test('no bytes at all make a mistake of ours', () => {
  const anyPacket = fc.oneof(
    fc.uint8Array({ maxLength: 1_100 }),
    fc.tuple(fc.nat(19), fc.nat(255)).map(([at, value]) => altered(at, value).packet),
  );
  fc.assert(
    fc.property(anyPacket, fc.constantFrom(ours, unicast), (packet, router) => {
      const outcome = receive(router, us, { packet, ...way, timeToLive: 255 });

      if (typeof outcome === 'string') expect(rejections).toContain(outcome);
      else expect(packet).toEqual(arrival({ priority: outcome.priority }).packet);
    }),
  );
});
