import { existsSync } from 'node:fs';
import {
  attachTcx,
  attachXdp,
  openPinnedLink,
  Rtnetlink,
  supportsTcx,
  unpin,
  type KernelProgram,
  type Link,
} from '../../linux/index.ts';
import type { ProgramPlace } from './assemble-program.ts';

export type DeviceHook = 'tc' | 'xdp-native' | 'xdp-generic';

/** A device to balance on. */
export interface Device {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Uint8Array;
  readonly hook: DeviceHook;
}

/** The tc filter of kernels without tcx links: it stays without any process, and replaces itself. */
const filterPlace = (ifindex: number) =>
  ({ ifindex, direction: 'ingress', priority: 1, handle: 0x657673 }) as const;

const loopbackIfindex = 1;
const tcPlace = (ifindex: number): ProgramPlace =>
  ifindex === loopbackIfindex ? 'loopback' : 'tc';

/**
 * The director's programs on one device: the tc one always, since XDP leaves to it what it cannot do (local
 * clients, unknown neighbours), and in front of it the XDP one if asked for.
 */
export class Attachment {
  readonly device: Device;
  readonly #directory: string | undefined;
  #links = new Map<'tc' | 'xdp', Link>();

  /** Finds the links that an earlier daemon pinned. Attaches nothing yet. */
  constructor(device: Device, directory: string | undefined) {
    this.device = device;
    this.#directory = directory;
    for (const hook of ['tc', 'xdp'] as const) {
      const path = this.#path(hook);
      if (path !== undefined && existsSync(path)) this.#links.set(hook, openPinnedLink(path));
    }
  }

  #path(hook: 'tc' | 'xdp'): string | undefined {
    return this.#directory === undefined
      ? undefined
      : `${this.#directory}/link_${this.device.ifindex}_${hook}`;
  }

  /** Which programs it runs. */
  get places(): readonly ProgramPlace[] {
    const tc = tcPlace(this.device.ifindex);
    return this.device.hook === 'tc' ? [tc] : [tc, 'xdp'];
  }

  /**
   * Puts programs in place, without a gap if others are there. tc first: it is the safety net of XDP. If XDP is
   * refused, a device that was not balanced on before is left as it was.
   */
  run(load: (place: ProgramPlace) => KernelProgram): void {
    const isNew = this.#links.size === 0;
    try {
      this.#run(load);
    } catch (error) {
      if (isNew) this.detach();
      else this.release();
      throw error;
    }
  }

  #run(load: (place: ProgramPlace) => KernelProgram): void {
    const { ifindex, hook } = this.device;
    const tc = load(tcPlace(ifindex));
    if (supportsTcx()) this.#runLink('tc', tc, () => attachTcx(tc, ifindex, 'ingress'));
    else runFilter(ifindex, tc);
    if (hook === 'tc') this.#drop('xdp');
    else {
      const mode = hook === 'xdp-native' ? 'native' : 'generic';
      const xdp = load('xdp');
      this.#runLink('xdp', xdp, () => attachXdp(xdp, ifindex, mode));
    }
  }

  #runLink(hook: 'tc' | 'xdp', program: KernelProgram, attach: () => Link): void {
    const known = this.#links.get(hook);
    if (known !== undefined) return known.update(program);
    const link = attach();
    const path = this.#path(hook);
    if (path !== undefined) link.pin(path);
    this.#links.set(hook, link);
  }

  #drop(hook: 'tc' | 'xdp'): void {
    const path = this.#path(hook);
    const link = this.#links.get(hook);
    this.#links.delete(hook);
    if (path !== undefined) unpin(path);
    link?.[Symbol.dispose]();
  }

  /** Takes the programs off. The device may be gone already. */
  detach(): void {
    this.#drop('xdp');
    this.#drop('tc');
    if (!supportsTcx()) removeFilter(this.device.ifindex);
  }

  /** Closes descriptors; what is pinned goes on. */
  release(): void {
    for (const link of this.#links.values()) link[Symbol.dispose]();
    this.#links.clear();
  }
}

function runFilter(ifindex: number, program: KernelProgram): void {
  using netlink = new Rtnetlink();
  if (!netlink.qdiscKinds(ifindex).includes('clsact')) netlink.addClsact(ifindex);
  netlink.putBpfFilter(filterPlace(ifindex), program.fd, program.name);
}

/** Takes the director's tc programs off all devices, where they have no links whose end would do it. */
export function removeFilters(): void {
  if (supportsTcx()) return;
  using netlink = new Rtnetlink();
  for (const ifindex of netlink.clsactDevices()) removeFilter(ifindex);
}

function removeFilter(ifindex: number): void {
  using netlink = new Rtnetlink();
  const place = filterPlace(ifindex);
  const ours =
    netlink.links().some((link) => link.index === ifindex) &&
    netlink.filters(ifindex, 'ingress').some((filter) => filter.handle === place.handle);
  if (ours) netlink.removeBpfFilter(place);
}
