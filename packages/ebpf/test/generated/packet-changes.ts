import type { ExpressionEvaluator } from './evaluate-expression.ts';
import type { FrameModel } from './packet-model.ts';
import type { PacketChange } from './syntax.ts';

type Of<H extends PacketChange['how']> = PacketChange extends infer C
  ? C extends { readonly how: infer J }
    ? H extends J
      ? C
      : never
    : never
  : never;

/**
 * What the packet-changing helpers do, told for the packets that the generator makes: small, and with no
 * checksum left to hardware. Returns what the helper returns.
 */
export function changePacket(expressions: ExpressionEvaluator, change: PacketChange): number {
  const frame = expressions.packet();
  switch (change.how) {
    case 'adjustHead':
      return adjustHead(frame, change.distance);
    case 'adjustTail':
      return resize(frame, frame.bytes.length + change.distance);
    case 'changeTail':
      return frame.encapsulated && change.length >= 14 ? -524 : resize(frame, change.length);
    case 'pullData':
      return change.length > frame.bytes.length ? -12 : 0;
    case 'storeBytes':
      return storeBytes(frame, change, expressions.pointer(change.from));
    case 'adjustRoom':
      return change.distance < 0 ? shrink(frame, change) : grow(frame, change);
    case 'replaceChecksum': {
      const from = Number(expressions.value(change.from));
      return replaceChecksum(frame, change, from, Number(expressions.value(change.to)));
    }
    default:
      return change satisfies never;
  }
}

function resize(frame: FrameModel, length: number): number {
  if (length < 14) return -22;
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

function storeBytes(frame: FrameModel, change: Of<'storeBytes'>, from: Uint8Array): number {
  if (change.offset + change.length > frame.bytes.length) return -14;
  frame.bytes.set(from.subarray(0, change.length), change.offset);
  return 0;
}

/** Where room is made or taken away; 0 if the packet or the mode does not allow it. */
function roomAt(frame: FrameModel, mode: number): number {
  const base = frame.networkHeader();
  if (base === 0 || mode > 1) return 0;
  return 14 + (mode === 0 ? base : 0);
}

function shrink(frame: FrameModel, { distance, mode, flags }: Of<'adjustRoom'>): number {
  const at = roomAt(frame, mode);
  const decapsulate = flags & 0x180;
  const least = { 0: frame.networkHeader(), 0x80: 20, 0x100: 40 }[decapsulate] ?? 0;
  const network = frame.bytes.length - 14;
  if (at === 0 || -distance >= network || network + distance < least) return -524;
  if ((flags & ~0x1a1) !== 0) return -22;
  if (decapsulate !== 0) frame.becomes(decapsulate === 0x80 ? 4 : 6);
  const { bytes } = frame;
  frame.bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at - distance)]);
  return 0;
}

function grow(frame: FrameModel, { distance, mode, flags }: Of<'adjustRoom'>): number {
  const at = roomAt(frame, mode);
  const encapsulate = flags & 6;
  if (at === 0) return -524;
  if ((flags & 0x180) !== 0 || encapsulate === 6) return -22;
  if (encapsulate !== 0) {
    if (frame.encapsulated) return -114;
    frame.encapsulated = true;
    frame.becomes(encapsulate === 2 ? 4 : 6);
  }
  const { bytes } = frame;
  const room = new Uint8Array(distance);
  frame.bytes = new Uint8Array([...bytes.subarray(0, at), ...room, ...bytes.subarray(at)]);
  return 0;
}

function replaceChecksum(
  frame: FrameModel,
  change: Of<'replaceChecksum'>,
  from: number,
  to: number,
): number {
  const { layer, offset, flags } = change;
  const size = flags & 0x0f;
  if (layer === 3 && flags > 0x0f) return -22;
  if (offset % 2 !== 0 || offset + 2 > frame.bytes.length) return -14;
  const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
  const old = view.getUint16(offset, true);
  const keepsZero = (flags & 0x20) !== 0;
  if (keepsZero && old === 0) return 0;
  if (isRefused(size, from)) return -22;
  const result = changedChecksum(old, { from, to, size, narrow: layer === 3 && size === 2 });
  view.setUint16(offset, result === 0 && keepsZero ? 0xffff : result, true);
  return 0;
}

/** Sizes are 2 and 4; 0 goes with a difference instead of two values. */
const isRefused = (size: number, from: number): boolean => size === 3 || (size === 0 && from !== 0);

/** `narrow`: with 16-bit arithmetic, which tells 0 from 0xffff in another way. */
function changedChecksum(
  old: number,
  { from, to, size, narrow }: { from: number; to: number; size: number; narrow: boolean },
): number {
  const mask = size === 2 ? 0xffff : 0xffff_ffff;
  const parts =
    size === 0 ? [~old >>> 0, to] : [~old >>> 0, ~(from & mask) >>> 0, (to & mask) >>> 0];
  if (narrow) return ~parts.map((part) => part & 0xffff).reduce(addTo(0xffff)) & 0xffff;
  const sum = parts.reduce(addTo(0xffff_ffff));
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}

/** Ones' complement addition. */
const addTo =
  (limit: number) =>
  (a: number, b: number): number =>
    a + b > limit ? a + b - limit : a + b;
