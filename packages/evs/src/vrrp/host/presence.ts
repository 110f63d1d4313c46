import { readFileSync } from 'node:fs';
import { PacketSocket, SystemCallError, type Loop, type NetworkLink } from '../../linux/index.ts';
import { announcementFrame, type IpAddress } from '../../packet/index.ts';
import type { Arrival } from '../receive.ts';
import type { Sealer } from '../sealer.ts';
import type { Network } from './network.ts';
import { openSegment } from './open-segment.ts';
import type { AddressVmac, RouterPlan } from './plan.ts';
import type { Segment } from './ports.ts';
import type { Strangers } from './strangers.ts';
import { setSysctl } from './set-sysctl.ts';
import { VirtualMac, virtualMac } from './virtual-mac.ts';

/** A virtual router's place on the network: its sockets, and its device if it has one of its own. */
export class Presence implements Disposable {
  readonly primaryAddress: IpAddress;
  readonly ifindex: number;
  /** Where its addresses go. */
  readonly device: string;
  readonly #segment: Segment;
  readonly #virtualMac: VirtualMac | undefined;
  readonly #addressMacs: readonly VirtualMac[];
  readonly #mac: Uint8Array;
  readonly #undo: () => void;
  /** By ifindex: for addresses on other devices, too. */
  readonly #frames = new Map<number, { socket: PacketSocket; mac: Uint8Array; name: string }>();
  readonly #network: Network;

  constructor(
    plan: RouterPlan,
    link: NetworkLink,
    primaryAddress: IpAddress,
    {
      loop,
      network,
      strangers,
      sealer,
    }: {
      readonly loop: Loop;
      readonly network: Network;
      readonly strangers: Strangers;
      readonly sealer: Sealer | undefined;
    },
  ) {
    const { router, vmac, addressVmacs, unicastTimeToLive } = plan;
    const { family, virtualRouterId } = router;
    this.#network = network;
    this.ifindex = link.index;
    this.primaryAddress = primaryAddress;
    const below = { name: link.name, ifindex: link.index };
    this.#mac = vmac === undefined ? link.mac : virtualMac(family, virtualRouterId);
    this.#virtualMac =
      vmac &&
      new VirtualMac({
        netlink: network.netlink,
        name: vmac.name,
        below: link,
        mac: this.#mac,
        linkLocal: family === 'ipv6' ? primaryAddress : undefined,
      });
    this.#addressMacs = addressVmacs.flatMap((one) => addressMac(one, virtualRouterId, network));
    const own = this.#virtualMac ?? below;
    this.device = own.name;
    this.#undo = plan.promoteSecondaries
      ? setSysctl(`ipv4/conf/${link.name}/promote_secondaries`, 1)
      : () => undefined;
    try {
      this.#segment = openSegment({
        loop,
        family,
        virtualRouterId,
        receive: below,
        transmit: vmac?.transmitBase === true ? below : own,
        primaryAddress,
        group: router.unicastPeers.length > 0 ? undefined : router.group,
        unicastTimeToLive,
        sealer,
        onOther: (id, source) => {
          strangers.hear(router, id, source);
        },
      });
    } catch (error) {
      this.#removeDevices();
      throw error;
    }
  }

  listen(onArrival: (arrival: Arrival) => void): void {
    this.#segment.listen(onArrival);
  }

  send(packet: Uint8Array, to: IpAddress): void {
    this.#segment.send(packet, to);
  }

  /** Tells the neighbours on a device where an address is. A device that is gone or down has none. */
  announce(address: IpAddress, device: string = this.device): void {
    const ifindex = this.#network.find(device);
    if (ifindex === undefined) return;
    const { socket, mac, name } = this.#framesOf(ifindex, device);
    try {
      socket.send(announcementFrame(address, mac, forwards(name)));
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
    }
  }

  #framesOf(ifindex: number, device: string) {
    const known = this.#frames.get(ifindex);
    if (known !== undefined) return known;
    const mac = device === this.device ? this.#mac : (this.#network.link(device)?.mac ?? this.#mac);
    const made = { socket: new PacketSocket(ifindex), mac, name: device };
    this.#frames.set(ifindex, made);
    return made;
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.#frames.values()) socket[Symbol.dispose]();
    this.#segment[Symbol.dispose]();
    this.#removeDevices();
  }

  #removeDevices(): void {
    this.#undo();
    for (const mac of this.#addressMacs) mac[Symbol.dispose]();
    this.#virtualMac?.[Symbol.dispose]();
  }
}

/** None without the device below. */
function addressMac(
  { name, below, family }: AddressVmac,
  virtualRouterId: number,
  network: Network,
): VirtualMac[] {
  const link = network.link(below);
  if (link === undefined) return [];
  const { netlink } = network;
  const mac = virtualMac(family, virtualRouterId);
  const linkLocal = family === 'ipv6' ? network.primaryAddress(link.index, 'ipv6', []) : undefined;
  return [new VirtualMac({ netlink, name, below: link, mac, linkLocal })];
}

/** Whether the host is a router on a device, which neighbour advertisements tell. RFC 4861 section 4.4. */
function forwards(device: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${device}/forwarding`, 'utf8').startsWith('1');
  } catch {
    return false;
  }
}
