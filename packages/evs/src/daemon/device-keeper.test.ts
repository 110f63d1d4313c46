import { beforeEach, expect, test, vi } from 'vitest';
import { DeviceKeeper } from './device-keeper.ts';
import { FakeDataPlane, fakeDevice, silentLog } from './fakes.ts';

let plane: FakeDataPlane;
let keeper: DeviceKeeper;
const hooks = (): string[] => plane.attached().map(({ name, hook }) => `${name} ${hook}`);

beforeEach(() => {
  plane = new FakeDataPlane();
  const settings = { hook: 'auto', devices: new Map() } as const;
  keeper = new DeviceKeeper({ plane, settings, log: silentLog });
});

test('a driver without XDP gets the program by tc', () => {
  plane.refusals.add('eth0 xdp-native');

  keeper.update([fakeDevice(2, 'eth0')]);

  expect(hooks()).toEqual(['eth0 tc']);
});

test('what a previous daemon attached stays as it is', () => {
  const device = fakeDevice(2, 'eth0');
  plane.attach({ ...device, hook: 'tc' });
  const attach = vi.spyOn(plane, 'attach');

  keeper.update([device]);

  expect(attach).not.toHaveBeenCalled();
});

test('a device that changed its MAC address is attached anew', () => {
  keeper.update([fakeDevice(2, 'eth0')]);
  keeper.update([fakeDevice(2, 'eth0', { mac: Uint8Array.of(2, 9, 9, 9, 9, 9) })]);

  expect(plane.attached()[0]?.mac).toEqual(Uint8Array.of(2, 9, 9, 9, 9, 9));
});

test('a device that is gone or became a bridge port is let go, one that is down is not', () => {
  const bridge = fakeDevice(9, 'br0', { kind: 'bridge' });
  const devices = [fakeDevice(2, 'eth0'), fakeDevice(3, 'eth1'), fakeDevice(4, 'eth2'), bridge];
  keeper.update(devices);

  keeper.update([
    fakeDevice(3, 'eth1', { master: 9 }),
    fakeDevice(4, 'eth2', { up: false }),
    bridge,
  ]);

  expect(hooks()).toEqual(['eth2 xdp-native', 'br0 tc']);
});

test('a device that takes no hook is not tried again until it changes', () => {
  plane.refusals.add('eth0 xdp-native').add('eth0 tc');
  keeper.update([fakeDevice(2, 'eth0')]);
  plane.refusals.clear();

  keeper.update([fakeDevice(2, 'eth0')]);
  expect(hooks()).toEqual([]);

  keeper.update([fakeDevice(2, 'eth0', { mtu: 3000 })]);
  expect(hooks()).toEqual(['eth0 xdp-native']);
});
