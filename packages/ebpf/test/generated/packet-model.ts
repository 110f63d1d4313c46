import type { Expression, PacketChange } from './syntax.ts';

/** The packet that a generated program changes. */
export interface PacketModel {
  bytes: Uint8Array;
  /** How many bytes were cut off in front, and can be had back. */
  readonly before: Uint8Array;
}

export class FrameModel implements PacketModel {
  bytes: Uint8Array;
  before = new Uint8Array(216);
  encapsulated = false;

  /** skb->protocol is fixed when the packet comes in; only outer headers of the other family change it. */
  #ethertype: number;

  constructor(packet: Uint8Array) {
    this.bytes = packet.slice();
    this.#ethertype = ((packet[12] ?? 0) << 8) | (packet[13] ?? 0);
  }

  /** Bytes of the network header, 0 if it is no IP packet. */
  networkHeader(): number {
    return this.#ethertype === 0x0800 ? 20 : this.#ethertype === 0x86dd ? 40 : 0;
  }

  /** The outermost header is of another family now. */
  becomes(version: 4 | 6): void {
    this.#ethertype = version === 4 ? 0x0800 : 0x86dd;
  }
}

/**
 * What the packet-changing helpers do, told for the packets that the generator makes: small, and with no
 * checksum left to hardware. Returns what the helper returns.
 */
export function changePacket(
  packet: PacketModel,
  change: PacketChange,
  value: (of: Expression) => bigint,
  pointer: (name: string) => Uint8Array,
): number {
  const frame = packet as FrameModel;
  switch (change.how) {
    case 'adjustHead':
      return adjustHead(frame, change.distance);
    case 'adjustTail': {
      const length = frame.bytes.length + change.distance;
      return length < 14 ? -22 : resize(frame, length);
    }
    case 'changeTail':
      if (change.length < 14) return -22;
      return frame.encapsulated ? -524 : resize(frame, change.length);
    case 'pullData':
      return change.length > frame.bytes.length ? -12 : 0;
    case 'storeBytes':
      if (change.offset + change.length > frame.bytes.length) return -14;
      frame.bytes.set(pointer(change.from).subarray(0, change.length), change.offset);
      return 0;
    case 'adjustRoom':
      return adjustRoom(frame, change);
    case 'replaceChecksum':
      return replaceChecksum(frame, change, Number(value(change.from)), Number(value(change.to)));
    default:
      return change satisfies never;
  }
}

function resize(frame: FrameModel, length: number): number {
  const bytes = new Uint8Array(length);
  bytes.set(frame.bytes.subarray(0, length));
  frame.bytes = bytes;
  return 0;
}

function adjustHead(frame: FrameModel, distance: number): number {
  const all = new Uint8Array([...frame.before, ...frame.bytes]);
  const start = frame.before.length + distance;
  if (start < 0 || start > all.length - 14) return -22;
  frame.before = all.slice(0, start);
  frame.bytes = all.slice(start);
  return 0;
}

function adjustRoom(
  frame: FrameModel,
  { distance, mode, flags }: Extract<PacketChange, { how: 'adjustRoom' }>,
): number {
  const { bytes } = frame;
  const base = frame.networkHeader();
  if (base === 0 || mode > 1) return -524;
  const at = 14 + (mode === 0 ? base : 0);
  const [encapsulate, decapsulate] = [flags & 6, flags & 0x180];
  if (distance < 0) {
    const least = decapsulate === 0 ? base : decapsulate === 0x80 ? 20 : 40;
    const network = bytes.length - 14;
    if (-distance >= network || network + distance < least) return -524;
    if ((flags & ~0x1a1) !== 0) return -22;
    if (decapsulate !== 0) frame.becomes(decapsulate === 0x80 ? 4 : 6);
    frame.bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at - distance)]);
    return 0;
  }
  if (decapsulate !== 0 || encapsulate === 6) return -22;
  if (encapsulate !== 0 && frame.encapsulated) return -114;
  if (encapsulate !== 0) frame.becomes(encapsulate === 2 ? 4 : 6);
  frame.encapsulated ||= encapsulate !== 0;
  const room = new Uint8Array(distance);
  frame.bytes = new Uint8Array([...bytes.subarray(0, at), ...room, ...bytes.subarray(at)]);
  return 0;
}

function replaceChecksum(
  frame: FrameModel,
  change: Extract<PacketChange, { how: 'replaceChecksum' }>,
  from: number,
  to: number,
): number {
  const { layer, offset, flags } = change;
  const size = flags & 0x0f;
  if (layer === 3 && flags > 0x0f) return -22;
  if (offset % 2 !== 0 || offset + 2 > frame.bytes.length) return -14;
  const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
  const old = view.getUint16(offset, true);
  const keepsZero = layer === 4 && (flags & 0x20) !== 0;
  if (keepsZero && old === 0) return 0;
  if (size === 3 || (size === 0 && from !== 0)) return -22;
  const mask = size === 2 ? 0xffff : 0xffff_ffff;
  const parts =
    size === 0 ? [~old >>> 0, to] : [~old >>> 0, ~(from & mask) >>> 0, (to & mask) >>> 0];
  const narrow = layer === 3 && size === 2;
  const result = ~(narrow ? parts.map((part) => part & 0xffff) : parts).reduce(
    narrow ? addTo(0xffff) : addTo(0xffff_ffff),
  );
  const folded = narrow ? result & 0xffff : foldComplement(result >>> 0);
  view.setUint16(offset, keepsZero && folded === 0 ? 0xffff : folded, true);
  return 0;
}

/** Ones' complement addition. */
const addTo =
  (limit: number) =>
  (a: number, b: number): number =>
    a + b > limit ? a + b - limit : a + b;

/** The 16-bit complement of the fold of what `complement` is the complement of. */
function foldComplement(complement: number): number {
  const sum = ~complement >>> 0;
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
