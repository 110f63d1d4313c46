import type { Loop } from '../event-loop.ts';
import { pollReadable, type Poll } from '../poll.ts';
import { isErrno } from '../system-call.ts';
import { decodeAddress, type InterfaceAddress } from './address.ts';
import { messageType } from './constants.ts';
import { decodeLink, type NetworkLink } from './link.ts';
import { decodeMessages, type Message } from './message.ts';
import { decodeNeighbour, type Neighbour } from './neighbour.ts';
import { openNetlink } from './request-socket.ts';
import { decodeRoute, type Route } from './route.ts';

/** RTMGRP_ of include/uapi/linux/rtnetlink.h. */
const groupBits = {
  links: 0x1,
  neighbours: 0x4,
  trafficControl: 0x8,
  addresses: 0x10 | 0x100,
  routes: 0x40 | 0x400,
  // Of IPv6 as a bit for RTNLGRP_IPV6_RULE: there is no RTMGRP_.
  rules: 0x80 | (1 << 18),
} as const;

/** What to watch. */
export type RtnetlinkGroups = { readonly [Group in keyof typeof groupBits]?: boolean };

/**
 * A change of the network. `removed` means that it is gone; else it is new or changed. `overrun`: events were
 * lost, read the tables again.
 */
export type RtnetlinkEvent =
  | { readonly kind: 'link'; readonly removed: boolean; readonly link: NetworkLink }
  | { readonly kind: 'address'; readonly removed: boolean; readonly address: InterfaceAddress }
  | { readonly kind: 'neighbour'; readonly removed: boolean; readonly neighbour: Neighbour }
  | { readonly kind: 'route'; readonly removed: boolean; readonly route: Route }
  /** A routing rule. */
  | { readonly kind: 'rule' }
  /** A qdisc or filter; not a program that is attached by a link. */
  | { readonly kind: 'trafficControl' }
  | { readonly kind: 'overrun' };

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const receiveBufferBytes = 4 << 20;

/**
 * Tells every change in the namespace of this thread from now on; dispose of the result to end it. Subscribe
 * first and read the tables afterwards, so that nothing falls between.
 */
export function watchRtnetlink(
  groups: RtnetlinkGroups,
  onEvent: (event: RtnetlinkEvent) => void,
): Poll {
  const { socket, read } = subscribe(groups, onEvent);
  const poll = pollReadable(socket.fd, read);
  return {
    ref: () => poll.ref(),
    unref: () => poll.unref(),
    [Symbol.dispose]: () => {
      poll[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}

/** The same on a loop that is not Node's. */
export function watchRtnetlinkOn(
  loop: Loop,
  groups: RtnetlinkGroups,
  onEvent: (event: RtnetlinkEvent) => void,
): Disposable {
  const { socket, read } = subscribe(groups, onEvent);
  const reader = loop.readable(socket.fd, read);
  return {
    [Symbol.dispose]: () => {
      reader[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}

function subscribe(groups: RtnetlinkGroups, onEvent: (event: RtnetlinkEvent) => void) {
  const names = Object.keys(groupBits) as (keyof typeof groupBits)[];
  const bits = names.reduce((sum, name) => sum | (groups[name] === true ? groupBits[name] : 0), 0);
  const socket = openNetlink(bits, false).setOption(SOL_SOCKET, SO_RCVBUFFORCE, receiveBufferBytes);
  const read = (): void => {
    drain(() => socket.receiveWhole(), onEvent);
  };
  return { socket, read };
}

/** Hands on everything that waits. ENOBUFS, which comes once after a loss, becomes the event `overrun`. */
export function drain(
  receive: () => Buffer | undefined,
  onEvent: (event: RtnetlinkEvent) => void,
): void {
  for (;;) {
    try {
      const bytes = receive();
      if (bytes === undefined) return;
      for (const message of decodeMessages(bytes)) {
        const event = decodeEvent(message);
        if (event !== undefined) onEvent(event);
      }
    } catch (error) {
      if (!isErrno(error, 'ENOBUFS')) throw error;
      onEvent({ kind: 'overrun' });
    }
  }
}

/** Of these it is enough to know that there was one. */
const plainEvents: ReadonlyMap<number, RtnetlinkEvent> = new Map([
  [messageType.newRule, { kind: 'rule' }],
  [messageType.deleteRule, { kind: 'rule' }],
  [messageType.newQdisc, { kind: 'trafficControl' }],
  [messageType.deleteQdisc, { kind: 'trafficControl' }],
  [messageType.newFilter, { kind: 'trafficControl' }],
  [messageType.deleteFilter, { kind: 'trafficControl' }],
] as const);

function decodeEvent(message: Message): RtnetlinkEvent | undefined {
  switch (message.type) {
    case messageType.newLink:
    case messageType.deleteLink:
      return linkEvent(message);
    case messageType.newAddress:
    case messageType.deleteAddress: {
      const address = decodeAddress(message);
      const removed = message.type === messageType.deleteAddress;
      return address && { kind: 'address', removed, address };
    }
    case messageType.newNeighbour:
    case messageType.deleteNeighbour: {
      const neighbour = decodeNeighbour(message);
      const removed = message.type === messageType.deleteNeighbour;
      return neighbour && { kind: 'neighbour', removed, neighbour };
    }
    case messageType.newRoute:
    case messageType.deleteRoute: {
      const route = decodeRoute(message);
      const removed = message.type === messageType.deleteRoute;
      return route && { kind: 'route', removed, route };
    }
    default:
      return plainEvents.get(message.type);
  }
}

/** A bridge tells of its ports by link messages of its own family, also that one has left it: not ours. */
function linkEvent(message: Message): RtnetlinkEvent | undefined {
  const bridgeFamily = 7;
  if (message.body[0] === bridgeFamily) return undefined;
  const removed = message.type === messageType.deleteLink;
  return { kind: 'link', removed, link: decodeLink(message) };
}
