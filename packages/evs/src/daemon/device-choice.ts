import type { Device, Hook } from './ports.ts';
import { requestedHooks, type Settings } from './settings.ts';

/** Hooks to try on a device, the best first, and why these. */
export interface DeviceChoice {
  readonly device: Device;
  readonly hooks: readonly Hook[];
  readonly reason: string;
}

/** Devices whose members hand every frame to their master before a program of ours should see it. */
const frameTakers: ReadonlySet<string> = new Set(['bridge', 'bond', 'team', 'openvswitch']);

/** The devices to balance on. Those that are down wait until they come up. */
export function chooseDevices(
  devices: readonly Device[],
  settings: Pick<Settings, 'hook' | 'devices'>,
): DeviceChoice[] {
  const kinds = new Map(devices.map((device) => [device.ifindex, device.kind]));
  return devices
    .filter((device) => isEligible(device, kinds) && isWanted(device, settings))
    .map((device) => ({ device, ...hooksOf(device, settings) }));
}

function isEligible(device: Device, kinds: ReadonlyMap<number, string | undefined>): boolean {
  if (!device.up || device.medium === 'other') return false;
  if (device.master === undefined) return true;
  // A master that is not visible here lives in another namespace, and only bridges and bonds do that.
  const master = kinds.has(device.master) ? kinds.get(device.master) : 'bridge';
  return master === undefined || !frameTakers.has(master);
}

/** Clients on the director itself come over lo, whatever devices are named. */
const isWanted = (device: Device, settings: Pick<Settings, 'devices'>): boolean =>
  settings.devices.size === 0 || settings.devices.has(device.name) || device.medium === 'loopback';

function hooksOf(
  device: Device,
  settings: Pick<Settings, 'hook' | 'devices'>,
): Omit<DeviceChoice, 'device'> {
  if (device.medium === 'loopback') return { hooks: ['tc'], reason: 'local clients' };
  const named = settings.devices.get(device.name) ?? 'auto';
  const requested = requestedHooks(named === 'auto' ? settings.hook : named);
  if (requested !== undefined) return { hooks: requested, reason: 'asked for' };
  if (device.kind !== undefined) return { hooks: ['tc'], reason: `virtual (${device.kind})` };
  return { hooks: ['xdp-native', 'tc'], reason: 'hardware' };
}
