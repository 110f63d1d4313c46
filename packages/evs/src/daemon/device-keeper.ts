import { chooseDevices, type DeviceChoice } from './device-choice.ts';
import { failureOf } from './failure.ts';
import type { Logger } from './log.ts';
import type { AttachedDevice, DataPlanePort, Device, Hook } from './ports.ts';
import type { Settings } from './settings.ts';

export interface DeviceKeeperOptions {
  readonly plane: Pick<DataPlanePort, 'attach' | 'detach' | 'attached'>;
  readonly settings: Pick<Settings, 'hook' | 'devices'>;
  readonly log: Logger;
}

/** Keeps the director's program on every device that it should balance on. */
export class DeviceKeeper {
  readonly #options: DeviceKeeperOptions;
  /** Devices that take none of their hooks, with what they were like: not tried again until they change. */
  readonly #refused = new Map<number, string>();

  constructor(options: DeviceKeeperOptions) {
    this.#options = options;
  }

  /** Attaches to new devices, lets go of removed and enslaved ones. What is right already stays untouched. */
  update(devices: readonly Device[]): void {
    const choices = chooseDevices(devices, this.#options.settings);
    const attached = new Map(this.#options.plane.attached().map((one) => [one.ifindex, one]));
    this.#release(devices, choices, attached);
    for (const choice of choices) {
      const present = attached.get(choice.device.ifindex);
      if (present === undefined || !fits(present, choice)) this.#attach(choice, present);
    }
  }

  /** A device is gone, and all that was attached with it. */
  gone(ifindex: number): void {
    const { plane, log } = this.#options;
    this.#refused.delete(ifindex);
    const device = plane.attached().find((one) => one.ifindex === ifindex);
    if (device === undefined) return;
    plane.detach(ifindex);
    log.info({ device: device.name }, 'The device is gone');
  }

  /** Lets go of every device; the next `update` begins anew. */
  leaveAll(): void {
    for (const { ifindex } of this.#options.plane.attached()) this.#options.plane.detach(ifindex);
  }

  #release(
    devices: readonly Device[],
    choices: readonly DeviceChoice[],
    attached: ReadonlyMap<number, AttachedDevice>,
  ): void {
    const { plane, log } = this.#options;
    const up = new Map(devices.map((device) => [device.ifindex, device.up]));
    const chosen = new Set(choices.map(({ device }) => device.ifindex));
    for (const { ifindex, name } of attached.values()) {
      // A device that is only down keeps its program, and is ready when it comes up.
      if (chosen.has(ifindex) || up.get(ifindex) === false) continue;
      plane.detach(ifindex);
      log.info({ device: name }, up.has(ifindex) ? 'Left the device' : 'The device is gone');
    }
    for (const ifindex of this.#refused.keys()) if (!up.has(ifindex)) this.#refused.delete(ifindex);
  }

  #attach(choice: DeviceChoice, present: AttachedDevice | undefined): void {
    const { device, hooks, reason } = choice;
    const { plane, log } = this.#options;
    const likeness = `${device.mac.join(':')} ${device.mtu}`;
    if (this.#refused.get(device.ifindex) === likeness) return;
    if (present !== undefined && !hooks.includes(present.hook)) plane.detach(device.ifindex);
    const hook = hooks.find((each) => this.#try(device, each, hooks.at(-1) === each));
    if (hook === undefined) {
      this.#refused.set(device.ifindex, likeness);
    } else {
      this.#refused.delete(device.ifindex);
      log.info({ device: device.name, hook, reason }, 'Balancing on the device');
    }
  }

  #try(device: Device, hook: Hook, last: boolean): boolean {
    const { plane, log } = this.#options;
    const { ifindex, name, mac } = device;
    try {
      plane.attach({ ifindex, name, mac, hook });
      return true;
    } catch (error) {
      const { message: reason, hint } = failureOf(error);
      const fields = { device: name, hook, reason, hint };
      if (last) log.error(fields, 'Cannot balance on the device');
      else log.info(fields, 'The device does not take this hook, trying the next');
      return false;
    }
  }
}

const fits = (present: AttachedDevice, { device, hooks }: DeviceChoice): boolean =>
  hooks.includes(present.hook) && Buffer.compare(present.mac, device.mac) === 0;
