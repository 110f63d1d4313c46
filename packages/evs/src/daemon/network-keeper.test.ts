import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeviceKeeper } from './device-keeper.ts';
import { FakeDataPlane, fakeDevice, FakeNetwork, silentLog } from './fakes.ts';
import { NetworkKeeper } from './network-keeper.ts';
import { NextHopKeeper } from './next-hop-keeper.ts';
import { PeerKeeper } from './peer-keeper.ts';

let network: FakeNetwork;
let plane: FakeDataPlane;
let keeper: NetworkKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  network = new FakeNetwork();
  network.deviceList = [fakeDevice(2, 'eth0', { kind: 'veth' })];
  plane = new FakeDataPlane();
  const log = silentLog;
  const settings = { hook: 'auto', devices: new Map() } as const;
  const clock = { nowMs: () => Date.now(), random: () => 0 };
  keeper = new NetworkKeeper({
    network,
    devices: new DeviceKeeper({ plane, settings, log }),
    nextHops: new NextHopKeeper({ network, plane, log, ...clock }),
    peers: new PeerKeeper({ network, plane, log }),
    log,
  });
});
afterEach(() => {
  keeper[Symbol.dispose]();
  vi.useRealTimers();
});

const names = (): string[] => plane.attached().map(({ name }) => name);

test('devices are attached at the start, not before', () => {
  expect(names()).toEqual([]);

  keeper.start();

  expect(names()).toEqual(['eth0']);
});

test('a new device is attached a moment after its event, once for a burst of them', () => {
  keeper.start();
  const read = vi.spyOn(network, 'devices');
  network.deviceList = [...network.deviceList, fakeDevice(3, 'eth1', { kind: 'veth' })];

  for (let i = 0; i < 10; i++) network.tell({ kind: 'topology' });
  vi.advanceTimersByTime(10);

  expect(names()).toEqual(['eth0', 'eth1']);
  expect(read).toHaveBeenCalledTimes(1);
});

test('devices with a peer are told at the start, after an event and within a second of an egress program', () => {
  network.peerSet.add(2);
  network.tell({ kind: 'topology' });
  vi.advanceTimersByTime(10);
  expect(plane.peers).toEqual(new Set([2]));

  keeper.start();
  network.egressPrograms.add(2);
  vi.advanceTimersByTime(1_000);

  expect(plane.peers).toEqual(new Set());
});

test('a failure while following an event reaches the log, not the event loop', () => {
  keeper.start();
  const error = vi.spyOn(silentLog, 'error');
  network.neighbours = () => {
    throw new Error('No buffer space');
  };

  expect(() => network.tell({ kind: 'overrun' })).not.toThrow();

  expect(error).toHaveBeenCalledOnce();
});

test('after its end it hears nothing more', () => {
  keeper.start();
  keeper[Symbol.dispose]();
  network.deviceList = [];

  network.tell({ kind: 'topology' });
  vi.advanceTimersByTime(60_000);

  expect(names()).toEqual(['eth0']);
});
