import { Rtnetlink, type InterfaceAddress, type NetworkLink } from '../../linux/index.ts';
import { familyOf, type IpAddress } from '../../packet/index.ts';

/** The devices and addresses of the namespace, as they are now or were a moment ago. */
export class Network implements Disposable {
  readonly netlink = new Rtnetlink();
  #links: readonly NetworkLink[] = [];
  #addresses: readonly InterfaceAddress[] = [];

  constructor() {
    this.refresh();
  }

  refresh(): void {
    this.#links = this.netlink.links();
    this.#addresses = this.netlink.addresses();
  }

  link(name: string): NetworkLink | undefined {
    return this.#links.find((link) => link.name === name);
  }

  readonly find = (name: string): number | undefined => {
    const known = this.link(name);
    return (known ?? this.netlink.links().find((link) => link.name === name))?.index;
  };

  has(ifindex: number, address: IpAddress): boolean {
    return this.#addresses.some((one) => one.ifindex === ifindex && one.address === address);
  }

  /** The address that advertisements come from: the first of an IPv4 device, a link-local one in IPv6. */
  primaryAddress(
    ifindex: number,
    family: 'ipv4' | 'ipv6',
    virtual: readonly IpAddress[],
  ): IpAddress | undefined {
    return this.#addresses.find(
      ({ ifindex: at, address, scope, tentative }) =>
        at === ifindex &&
        familyOf(address) === family &&
        !virtual.includes(address) &&
        !tentative &&
        (family === 'ipv4' || scope === linkScope),
    )?.address;
  }

  [Symbol.dispose](): void {
    this.netlink[Symbol.dispose]();
  }
}

const linkScope = 253;
