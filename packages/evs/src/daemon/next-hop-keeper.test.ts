import { beforeEach, expect, test, vi } from 'vitest';
import { FakeDataPlane, fakeDevice, FakeNetwork, silentLog } from './fakes.ts';
import { NextHopKeeper } from './next-hop-keeper.ts';
import type { Neighbour, NeighbourState } from './ports.ts';

const server = '192.168.37.183';
const mac = Uint8Array.of(2, 0, 0, 0, 0, 0x83);
let network: FakeNetwork;
let plane: FakeDataPlane;
let keeper: NextHopKeeper;
let nowMs: number;

const neighbour = (state: NeighbourState, known = true, address = server): Neighbour => ({
  ifindex: 2,
  address,
  state,
  mac: known ? mac : undefined,
});

beforeEach(() => {
  nowMs = 0;
  network = new FakeNetwork();
  network.deviceList = [fakeDevice(2, 'eth0')];
  network.routes.set(server, { local: false, ifindex: 2, source: '192.168.37.2' });
  plane = new FakeDataPlane();
  keeper = new NextHopKeeper({
    network,
    plane,
    log: silentLog,
    nowMs: () => nowMs,
    random: () => 0,
  });
  keeper.topologyChanged(network.deviceList);
});

test('an unknown neighbour is asked for at once, and used when it answers', () => {
  keeper.change({ come: [server], gone: [] });
  expect(network.asked).toEqual([`2 ${server}`]);
  expect(plane.hops.get(server)?.destinationMac).toBeUndefined();

  keeper.neighbourChanged(neighbour('reachable'), false);
  expect(plane.hops.get(server)).toMatchObject({ destinationMac: mac, ifindex: 2 });
});

test('a neighbour that the kernel knows already is not asked for', () => {
  network.neighbourList = [neighbour('reachable')];
  keeper.readNeighbours();

  keeper.change({ come: [server], gone: [] });

  expect(network.asked).toEqual([]);
  expect(plane.hops.get(server)?.destinationMac).toEqual(mac);
});

test('a flushed neighbour is asked for again and its MAC address used meanwhile', () => {
  keeper.change({ come: [server], gone: [] });
  keeper.neighbourChanged(neighbour('reachable'), false);
  network.asked.length = 0;

  keeper.neighbourChanged(neighbour('reachable'), true);

  expect(network.asked).toEqual([`2 ${server}`]);
  expect(plane.hops.get(server)?.destinationMac).toEqual(mac);
});

test('a failed neighbour is asked for every three seconds, a stale one every 25', () => {
  keeper.change({ come: [server], gone: [] });
  keeper.neighbourChanged(neighbour('failed', false), false);
  network.asked.length = 0;
  for (nowMs = 1_000; nowMs <= 9_000; nowMs += 1_000) keeper.probe();
  expect(network.asked).toHaveLength(3);

  keeper.neighbourChanged(neighbour('stale'), false);
  network.asked.length = 0;
  for (; nowMs <= 70_000; nowMs += 1_000) keeper.probe();
  expect(network.asked).toHaveLength(3);
});

test('a reachable neighbour is left in peace', () => {
  keeper.change({ come: [server], gone: [] });
  keeper.neighbourChanged(neighbour('reachable'), false);
  network.asked.length = 0;

  nowMs = 100_000;
  keeper.probe();

  expect(network.asked).toEqual([]);
});

test('two real servers behind one gateway share its neighbour', () => {
  const gateway = '192.168.37.254';
  const far = ['10.1.0.1', '10.1.0.2'];
  for (const address of far) {
    network.routes.set(address, { local: false, ifindex: 2, gateway, source: '192.168.37.2' });
  }
  keeper.change({ come: far, gone: [] });

  keeper.neighbourChanged(neighbour('reachable', true, gateway), false);

  expect(network.asked).toEqual([`2 ${gateway}`]);
  expect(far.map((address) => plane.hops.get(address)?.destinationMac)).toEqual([mac, mac]);
});

test('a route that moves to another device takes its next hop along', () => {
  keeper.change({ come: [server], gone: [] });
  keeper.neighbourChanged(neighbour('reachable'), false);
  network.routes.set(server, { local: false, ifindex: 3, source: '192.168.37.3' });

  keeper.topologyChanged([fakeDevice(2, 'eth0'), fakeDevice(3, 'eth1')]);

  expect(plane.hops.get(server)).toMatchObject({
    ifindex: 3,
    sourceAddress: '192.168.37.3',
    destinationMac: undefined,
  });
});

test('a real server without a route has no next hop, until there is one', () => {
  network.routes.delete(server);
  keeper.change({ come: [server], gone: [] });
  expect(plane.hops.size).toBe(0);

  network.routes.set(server, { local: false, ifindex: 2, source: '192.168.37.2' });
  keeper.topologyChanged(network.deviceList);

  expect(plane.hops.has(server)).toBe(true);
});

test('the director itself can be a real server, and nobody is asked for it', () => {
  network.deviceList.push(fakeDevice(1, 'lo', { medium: 'loopback', mac: new Uint8Array(6) }));
  network.routes.set('192.168.37.2', { local: true, ifindex: 1, source: '192.168.37.2' });
  keeper.topologyChanged(network.deviceList);

  keeper.change({ come: ['192.168.37.2'], gone: [] });

  expect(plane.hops.get('192.168.37.2')).toMatchObject({ local: true });
  expect(network.asked).toEqual([]);
});

test('a deleted real server loses its next hop', () => {
  keeper.change({ come: [server], gone: [] });
  keeper.change({ come: [], gone: [server] });

  expect(plane.hops.size).toBe(0);
});

test('neighbours that went while events were lost are noticed by reading again', () => {
  network.neighbourList = [neighbour('reachable')];
  keeper.readNeighbours();
  keeper.change({ come: [server], gone: [] });
  network.neighbourList = [];

  keeper.readNeighbours();

  expect(network.asked).toEqual([`2 ${server}`]);
});

test('a real server that stays away is reported once, and again after it was there', () => {
  const warn = vi.spyOn(silentLog, 'warn').mockClear();
  keeper.change({ come: [server], gone: [] });

  for (const state of ['incomplete', 'failed', 'incomplete', 'failed'] as const) {
    keeper.neighbourChanged(neighbour(state, false), false);
  }
  expect(warn).toHaveBeenCalledTimes(1);

  keeper.neighbourChanged(neighbour('reachable'), false);
  keeper.neighbourChanged(neighbour('failed', false), false);
  expect(warn).toHaveBeenCalledTimes(2);
});

test('a thousand real servers are asked for over some seconds, each once', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  for (const address of many) {
    network.routes.set(address, { local: false, ifindex: 2, source: '192.168.37.2' });
  }

  keeper.change({ come: many, gone: [] });
  expect(network.asked.length).toBeLessThan(300);

  for (let second = 1; second <= 5; second++) {
    nowMs += 100;
    keeper.probe();
  }
  expect(new Set(network.asked).size).toBe(1_000);
  expect(network.asked).toHaveLength(1_000);
});
