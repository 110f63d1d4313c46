import { isErrno, type NetworkLink, type Rtnetlink } from '../../linux/index.ts';
import type { IpAddress } from '../../packet/index.ts';
import { setSysctl } from './set-sysctl.ts';

/** The MAC address of a virtual router, RFC 9568 section 7.3. */
export const virtualMac = (family: 'ipv4' | 'ipv6', virtualRouterId: number): Uint8Array =>
  Uint8Array.of(0, 0, 0x5e, 0, family === 'ipv4' ? 1 : 2, virtualRouterId);

export interface VirtualMacOptions {
  readonly netlink: Rtnetlink;
  readonly name: string;
  readonly below: NetworkLink;
  readonly mac: Uint8Array;
  /** IPv6: the source of advertisements, which this device needs, too. */
  readonly linkLocal: IpAddress | undefined;
}

/** As keepalived sets them, so that one device does not answer for the other's addresses. */
const settings = {
  'ipv4/conf/VMAC/arp_ignore': 1,
  'ipv4/conf/VMAC/accept_local': 1,
  'ipv4/conf/VMAC/rp_filter': 0,
  'ipv4/conf/VMAC/promote_secondaries': 1,
  // No address that the kernel makes from its MAC, which other routers have, too.
  'ipv6/conf/VMAC/addr_gen_mode': 1,
  'ipv6/conf/VMAC/accept_ra': 0,
  'ipv6/conf/VMAC/autoconf': 0,
} as const;
const settingsBelow = {
  'ipv4/conf/BELOW/arp_ignore': 1,
  'ipv4/conf/BELOW/arp_filter': 1,
} as const;

/** A device with the MAC address of a virtual router, over another one; disposed of, it is gone. */
export class VirtualMac implements Disposable {
  readonly name: string;
  readonly ifindex: number;
  readonly #netlink: Rtnetlink;
  readonly #undo: (() => void)[];

  constructor({ netlink, name, below, mac, linkLocal }: VirtualMacOptions) {
    this.#netlink = netlink;
    this.name = name;
    const find = (): NetworkLink | undefined => netlink.links().find((link) => link.name === name);
    const old = find();
    const fits = old?.link === below.index && Buffer.compare(old.mac, mac) === 0;
    if (old !== undefined && !fits) netlink.removeLink(old.index);
    if (!fits) netlink.addMacvlan({ name, below: below.index, mac });
    this.ifindex = find()?.index ?? 0;
    for (const [path, value] of Object.entries(settings))
      setSysctl(path.replace('VMAC', name), value);
    this.#undo = Object.entries(settingsBelow).map(([path, value]) =>
      setSysctl(path.replace('BELOW', below.name), value),
    );
    netlink.setLinkUp(this.ifindex);
    if (linkLocal !== undefined) this.#add(linkLocal);
  }

  #add(address: IpAddress): void {
    const { ifindex } = this;
    try {
      this.#netlink.addAddress({ ifindex, address, prefixLength: 64, noDetection: true });
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
    try {
      this.#netlink.removeLink(this.ifindex);
    } catch (error) {
      if (!isErrno(error, 'ENODEV')) throw error;
    }
  }
}
