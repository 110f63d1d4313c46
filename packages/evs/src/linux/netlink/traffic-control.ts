import { attribute, attributesIn, numberOf, textOf } from './attributes.ts';
import { requestFlag } from './constants.ts';
import { TrafficControlHeader } from './layouts.ts';
import { decodeBody, type Message } from './message.ts';
import type { RequestSocket } from './request-socket.ts';

/** TCA_ of include/uapi/linux/rtnetlink.h and TCA_BPF_ of include/uapi/linux/pkt_cls.h. */
const attributeType = { kind: 1, options: 2 } as const;
const bpfOption = { fd: 6, name: 7, flags: 8, id: 11 } as const;
const directAction = 1;
const ethernetAll = 0x0003;
/** TC_H_CLSACT and the parents of its filters. */
const clsactHandle = 0xffff_0000;
const clsactParent = 0xffff_fff1;
const filterParent = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;

export type Direction = keyof typeof filterParent;

/** Where a filter stands; two filters of the same place replace each other. */
export interface FilterPlace {
  readonly ifindex: number;
  readonly direction: Direction;
  /** Lower ones run first. */
  readonly priority: number;
  readonly handle: number;
}

/** A filter on a clsact qdisc. */
export interface Filter extends FilterPlace {
  /** `bpf`, `flower`, … */
  readonly kind: string;
  /** Of bpf filters: what it was called when it was attached. */
  readonly name: string | undefined;
  readonly programId: number | undefined;
}

/** The kind of each qdisc on a device, such as `clsact`, `ingress`, `fq_codel`. */
export function qdiscKinds(socket: RequestSocket, ifindex: number): string[] {
  return dumpQdiscs(socket, ifindex, `the qdiscs of interface ${ifindex}`)
    .filter((qdisc) => qdisc.ifindex === ifindex)
    .map(({ kind }) => kind);
}

/** Devices with a clsact qdisc, where filters may be. */
export function clsactDevices(socket: RequestSocket): number[] {
  return dumpQdiscs(socket, 0, 'all qdiscs')
    .filter(({ kind }) => kind === 'clsact')
    .map(({ ifindex }) => ifindex);
}

const dumpQdiscs = (socket: RequestSocket, ifindex: number, on: string) =>
  socket
    .dump({ type: 'getQdisc', parts: [header(ifindex, 0, 0)], attempt: 'list', on })
    .map(({ body }) => decodeBody(TrafficControlHeader, body))
    .map(({ header: place, attributes }) => ({
      ifindex: place.index,
      kind: textOf(attributes.get(attributeType.kind) ?? Buffer.alloc(0)),
    }));

export function addClsact(socket: RequestSocket, ifindex: number): void {
  socket.request({
    type: 'newQdisc',
    flags: requestFlag.create | requestFlag.exclusive,
    parts: [header(ifindex, clsactHandle, clsactParent), attribute(attributeType.kind, 'clsact')],
    attempt: 'add',
    on: `a clsact qdisc to interface ${ifindex}`,
  });
}

/** Removes the qdisc with every filter on it, whoever put it there. */
export function removeClsact(socket: RequestSocket, ifindex: number): void {
  socket.request({
    type: 'deleteQdisc',
    parts: [header(ifindex, clsactHandle, clsactParent), attribute(attributeType.kind, 'clsact')],
    attempt: 'remove',
    on: `the clsact qdisc of interface ${ifindex}`,
  });
}

export function filters(socket: RequestSocket, ifindex: number, direction: Direction): Filter[] {
  return socket
    .dump({
      type: 'getFilter',
      parts: [header(ifindex, 0, filterParent[direction])],
      attempt: 'list',
      on: `the ${direction} filters of interface ${ifindex}`,
    })
    .map((message) => decodeFilter(message, direction))
    .filter(({ handle }) => handle !== 0);
}

function decodeFilter({ body }: Message, direction: Direction): Filter {
  const { header: place, attributes } = decodeBody(TrafficControlHeader, body);
  const options = attributesIn(attributes.get(attributeType.options) ?? Buffer.alloc(0));
  const name = options.get(bpfOption.name);
  return {
    ifindex: place.index,
    direction,
    priority: place.priority,
    handle: place.handle,
    kind: textOf(attributes.get(attributeType.kind) ?? Buffer.alloc(0)),
    name: name === undefined ? undefined : textOf(name),
    programId: numberOf(options.get(bpfOption.id)),
  };
}

/** Puts a program in a place, instead of the filter that stands there: without a gap. */
export function putBpfFilter(
  socket: RequestSocket,
  place: FilterPlace,
  programFd: number,
  name: string,
): void {
  socket.request({
    type: 'newFilter',
    flags: requestFlag.create | requestFlag.replace,
    parts: [
      filterHeader(place),
      attribute(attributeType.kind, 'bpf'),
      attribute(attributeType.options, [
        attribute(bpfOption.fd, programFd),
        attribute(bpfOption.name, name),
        attribute(bpfOption.flags, directAction),
      ]),
    ],
    attempt: `attach tc program ${name} (${place.direction}) to`,
    on: `interface ${place.ifindex}`,
  });
}

export function removeBpfFilter(socket: RequestSocket, place: FilterPlace): void {
  socket.request({
    type: 'deleteFilter',
    parts: [filterHeader(place), attribute(attributeType.kind, 'bpf')],
    attempt: `detach the tc filter (${place.direction}) from`,
    on: `interface ${place.ifindex}`,
  });
}

const filterHeader = ({ ifindex, direction, priority, handle }: FilterPlace): Uint8Array =>
  header(ifindex, handle, filterParent[direction], priority, ethernetAll);

const header = (
  ifindex: number,
  handle: number,
  parent: number,
  priority = 0,
  protocol = 0,
): Uint8Array =>
  TrafficControlHeader.encode({ family: 0, index: ifindex, handle, parent, protocol, priority });
