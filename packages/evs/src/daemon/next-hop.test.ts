import { expect, test } from 'vitest';
import { fakeDevice } from './fakes.ts';
import { macAfter, needsProbe, nextHopOf, sameHop } from './next-hop.ts';
import type { Neighbour, NeighbourState } from './ports.ts';

const mac = Uint8Array.of(2, 0, 0, 0, 0, 7);
const neighbour = (state: NeighbourState, known?: Uint8Array): Neighbour => ({
  ifindex: 2,
  address: '10.0.0.7',
  state,
  mac: known,
});
const onLink = { local: false, ifindex: 2, source: '10.0.0.1' };

test('nextHopOf() asks the gateway for its MAC address, and takes the smaller MTU', () => {
  const route = { ...onLink, gateway: '10.0.0.254', mtu: 1400 };

  const hop = nextHopOf('203.0.113.9', route, fakeDevice(2, 'eth0'), mac);

  expect(hop).toMatchObject({
    address: '10.0.0.254',
    mtu: 1400,
    destinationMac: mac,
    local: false,
  });
});

test('nextHopOf() finds none behind a device without MAC addresses', () => {
  const tunnel = fakeDevice(2, 'tun0', { mac: new Uint8Array() });

  expect(nextHopOf('10.0.0.7', onLink, tunnel, undefined)).toBeUndefined();
});

test('a MAC address stays in use while the kernel asks again, and not after that failed', () => {
  expect(macAfter(neighbour('incomplete'), mac)).toBe(mac);
  expect(macAfter(undefined, mac)).toBe(mac);
  expect(macAfter(neighbour('failed'), mac)).toBeUndefined();
});

test('a neighbour with a new MAC address is believed', () => {
  const other = Uint8Array.of(2, 0, 0, 0, 0, 8);

  expect(macAfter(neighbour('reachable', other), mac)).toBe(other);
});

test('needsProbe() is true for what nobody knows, for stale and for failed neighbours', () => {
  expect(needsProbe(undefined)).toBe(true);
  expect(needsProbe(neighbour('stale', mac))).toBe(true);
  expect(needsProbe(neighbour('failed'))).toBe(true);
  expect(needsProbe(neighbour('reachable', mac))).toBe(false);
  expect(needsProbe(neighbour('permanent', mac))).toBe(false);
});

test('sameHop() compares MAC addresses by their bytes', () => {
  const device = fakeDevice(2, 'eth0');
  const hop = nextHopOf('10.0.0.7', onLink, device, mac);

  expect(sameHop(hop, nextHopOf('10.0.0.7', onLink, device, mac.slice()))).toBe(true);
  expect(sameHop(hop, nextHopOf('10.0.0.7', onLink, device, undefined))).toBe(false);
  expect(sameHop(hop, undefined)).toBe(false);
});
