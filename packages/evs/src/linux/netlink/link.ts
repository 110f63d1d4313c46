import { attribute, attributesIn, numberOf, textOf, type AttributeValues } from './attributes.ts';
import { LinkHeader } from './layouts.ts';
import { decodeBody, type Message } from './message.ts';
import type { RequestSocket } from './request-socket.ts';

/** IFLA_ of include/uapi/linux/if_link.h. */
const attributeType = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  qdisc: 6,
  master: 10,
  info: 18,
  linkNamespace: 37,
  xdp: 43,
  targetNamespace: 46,
  parentDevice: 56,
} as const;
const infoKind = 1;
const xdpType = { attached: 2, programId: 4 } as const;
const xdpModes: Readonly<Record<number, XdpMode>> = {
  1: 'native',
  2: 'generic',
  3: 'hardware',
  4: 'several',
};
const flagBit = { up: 1, loopback: 8, running: 0x40, noArp: 0x80 } as const;
const arphrdEthernet = 1;

export type XdpMode = 'native' | 'generic' | 'hardware' | 'several';

/** A network device. */
export interface NetworkLink {
  readonly index: number;
  readonly name: string;
  /** Empty for devices without one; 6 bytes on Ethernet. */
  readonly mac: Uint8Array;
  /** Switched on by the operator. */
  readonly up: boolean;
  /** Up, with a carrier. */
  readonly running: boolean;
  readonly loopback: boolean;
  /** Neighbours are not resolved on it. */
  readonly noArp: boolean;
  readonly mtu: number;
  /** ARPHRD_ of include/uapi/linux/if_arp.h: 1 is Ethernet. */
  readonly hardware: number;
  readonly ethernet: boolean;
  /** ifindex of the bridge or bond that it belongs to. */
  readonly master: number | undefined;
  /** `veth`, `bridge`, `vlan`, … ; undefined for physical devices and loopback. */
  readonly kind: string | undefined;
  /** Name on its bus, such as `0000:00:03.0`; only physical devices have one. */
  readonly parentDevice: string | undefined;
  readonly qdisc: string | undefined;
  /** Of a veth device: ifindex of its other end. Of a VLAN: of the device below. */
  readonly link: number | undefined;
  /** Our namespace's number for the one that `link` counts in; undefined if it is this one. */
  readonly linkNamespace: number | undefined;
  /** The XDP program on it; no id if there are several. */
  readonly xdp: { readonly mode: XdpMode; readonly programId: number | undefined } | undefined;
}

/** All devices of the namespace. */
export function dumpLinks(socket: RequestSocket): NetworkLink[] {
  const header = LinkHeader.encode({ family: 0, hardware: 0, index: 0, flags: 0, change: 0 });
  return socket
    .dump({ type: 'getLink', parts: [header], attempt: 'list', on: 'network devices' })
    .map(decodeLink);
}

/** A device of a namespace that ours has a number for (`linkNamespace`). Needs the rights of an administrator there. */
export function linkIn(
  socket: RequestSocket,
  namespace: number,
  index: number,
): NetworkLink | undefined {
  const header = LinkHeader.encode({ family: 0, hardware: 0, index, flags: 0, change: 0 });
  const [found] = socket.request({
    type: 'getLink',
    parts: [header, attribute(attributeType.targetNamespace, namespace)],
    attempt: 'ask about',
    on: `interface ${index} of network namespace ${namespace}`,
  });
  return found && decodeLink(found);
}

export function decodeLink({ body }: Message): NetworkLink {
  const { header, attributes } = decodeBody(LinkHeader, body);
  const has = (bit: number): boolean => (header.flags & bit) !== 0;
  return {
    index: header.index,
    name: optionalText(attributes, attributeType.name) ?? '',
    mac: Uint8Array.from(attributes.get(attributeType.address) ?? []),
    up: has(flagBit.up),
    running: has(flagBit.running),
    loopback: has(flagBit.loopback),
    noArp: has(flagBit.noArp),
    mtu: numberOf(attributes.get(attributeType.mtu)) ?? 0,
    hardware: header.hardware,
    ethernet: header.hardware === arphrdEthernet,
    master: numberOf(attributes.get(attributeType.master)),
    kind: optionalText(nested(attributes, attributeType.info), infoKind),
    parentDevice: optionalText(attributes, attributeType.parentDevice),
    qdisc: optionalText(attributes, attributeType.qdisc),
    link: numberOf(attributes.get(attributeType.link)),
    linkNamespace: numberOf(attributes.get(attributeType.linkNamespace)),
    xdp: xdpIn(nested(attributes, attributeType.xdp)),
  };
}

function xdpIn(attributes: AttributeValues): NetworkLink['xdp'] {
  const mode = xdpModes[attributes.get(xdpType.attached)?.[0] ?? 0];
  if (mode === undefined) return undefined;
  return { mode, programId: numberOf(attributes.get(xdpType.programId)) };
}

const nested = (attributes: AttributeValues, type: number): AttributeValues =>
  attributesIn(attributes.get(type) ?? Buffer.alloc(0));

function optionalText(attributes: AttributeValues, type: number): string | undefined {
  const value = attributes.get(type);
  return value === undefined ? undefined : textOf(value);
}
