import { attribute } from './attributes.ts';
import { requestFlag } from './constants.ts';
import { LinkHeader } from './layouts.ts';
import type { RequestSocket } from './request-socket.ts';

/** IFLA_ of include/uapi/linux/if_link.h. */
const attributeType = { address: 1, name: 3, link: 5, info: 18 } as const;
const infoType = { kind: 1, data: 2 } as const;
const macvlanMode = 1;
const privateMode = 1;
const up = 1;

/** A device with a MAC address of its own over another one. */
export interface NewMacvlan {
  readonly name: string;
  /** ifindex of the device below. */
  readonly below: number;
  /** 6 bytes. */
  readonly mac: Uint8Array;
}

/** In private mode: nothing passes between it and the device below within this host. ip-link(8). */
export function addMacvlan(socket: RequestSocket, { name, below, mac }: NewMacvlan): void {
  const data = attribute(infoType.data, [attribute(macvlanMode, privateMode)]);
  socket.request({
    type: 'newLink',
    flags: requestFlag.create | requestFlag.exclusive,
    parts: [
      LinkHeader.encode({ family: 0, hardware: 0, index: 0, flags: 0, change: 0 }),
      attribute(attributeType.name, name),
      attribute(attributeType.link, below),
      attribute(attributeType.address, mac),
      attribute(attributeType.info, [attribute(infoType.kind, 'macvlan'), data]),
    ],
    attempt: 'make the macvlan',
    on: `${name} over interface ${below}`,
  });
}

export function setLinkUp(socket: RequestSocket, index: number): void {
  socket.request({
    type: 'newLink',
    parts: [LinkHeader.encode({ family: 0, hardware: 0, index, flags: up, change: up })],
    attempt: 'switch on',
    on: `interface ${index}`,
  });
}

export function removeLink(socket: RequestSocket, index: number): void {
  socket.request({
    type: 'deleteLink',
    parts: [LinkHeader.encode({ family: 0, hardware: 0, index, flags: 0, change: 0 })],
    attempt: 'remove',
    on: `interface ${index}`,
  });
}
