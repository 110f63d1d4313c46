import { expect, test } from 'vitest';
import { chooseDevices } from './device-choice.ts';
import { fakeDevice } from './fakes.ts';
import type { HookSetting } from './settings.ts';

const automatic = { hook: 'auto', devices: new Map<string, HookSetting>() } as const;
const lo = fakeDevice(1, 'lo', { medium: 'loopback' });
const nic = fakeDevice(2, 'eth0');
const veth = fakeDevice(3, 'veth0', { kind: 'veth' });

test('hardware is tried by its driver first, virtual devices and lo by tc', () => {
  const hooks = chooseDevices([lo, nic, veth], automatic).map((choice) => choice.hooks);

  expect(hooks).toEqual([['tc'], ['xdp-native', 'tc'], ['tc']]);
});

test('devices that are down or carry no Ethernet are left alone', () => {
  const down = fakeDevice(4, 'eth1', { up: false });
  const tunnel = fakeDevice(5, 'tunl0', { medium: 'other', kind: 'ipip' });

  expect(chooseDevices([down, tunnel], automatic)).toEqual([]);
});

test('a port of a bridge is left to the bridge, a member of a VRF is not', () => {
  const bridge = fakeDevice(6, 'br0', { kind: 'bridge' });
  const vrf = fakeDevice(7, 'blue', { kind: 'vrf', medium: 'other' });
  const port = fakeDevice(8, 'eth1', { master: 6 });
  const member = fakeDevice(9, 'eth2', { master: 7 });

  const chosen = chooseDevices([bridge, vrf, port, member], automatic);

  expect(chosen.map(({ device }) => device.name)).toEqual(['br0', 'eth2']);
});

test('naming devices leaves out all others except lo', () => {
  const devices = new Map<string, HookSetting>([['veth0', 'xdp-generic']]);

  const chosen = chooseDevices([lo, nic, veth], { hook: 'tc', devices });

  expect(chosen.map(({ device, hooks }) => [device.name, ...hooks])).toEqual([
    ['lo', 'tc'],
    ['veth0', 'xdp-generic'],
  ]);
});

test('a hook that was asked for has no second choice', () => {
  const [choice] = chooseDevices([nic], { ...automatic, hook: 'xdp' });

  expect(choice).toMatchObject({ hooks: ['xdp-native'], reason: 'asked for' });
});
