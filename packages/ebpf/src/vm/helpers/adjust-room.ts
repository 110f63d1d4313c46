import { errno } from '../errno.ts';
import { concatenate } from '../packet/packet-bytes.ts';
import type { SocketBuffer } from '../packet/socket-buffer.ts';
import type { Helper } from './helper.ts';
import { maxSocketBufferBytes } from './socket-buffer-helpers.ts';

/** `enum bpf_adj_room_mode`: behind the network header, or behind the Ethernet header. */
const mode = { network: 0, mac: 1 } as const;
/** BPF_F_ADJ_ROOM_* of include/uapi/linux/bpf.h. */
const flag = {
  fixedGso: 1 << 0,
  encapsulateIpv4: 1 << 1,
  encapsulateIpv6: 1 << 2,
  encapsulateGre: 1 << 3,
  encapsulateUdp: 1 << 4,
  noChecksumReset: 1 << 5,
  decapsulateIpv4: 1 << 7,
  decapsulateIpv6: 1 << 8,
} as const;
const knownFlags = 0xff00_01ff;
const shrinkFlags =
  flag.fixedGso | flag.noChecksumReset | flag.decapsulateIpv4 | flag.decapsulateIpv6;
const ethernetHeaderBytes = 14;
/** Ethertypes. */
const ipv4 = 0x0800;
const ipv6 = 0x86dd;
const headerBytes: Readonly<Record<number, number>> = { [ipv4]: 20, [ipv6]: 40 };
const maxChange = 0xfff;

interface Change {
  /** Where bytes are put in or taken out. */
  readonly at: number;
  readonly bytes: number;
  readonly flags: number;
}

/** bpf_skb_adjust_room: makes room for outer headers, filled with zeros, or takes them away. */
export const adjustRoom: Helper = {
  arguments: 4,
  run: (call) => {
    const buffer = call.socketBuffer();
    const bytes = call.signed(2);
    const flags = call.unsigned(4);
    const base = headerBytes[buffer.protocol];
    if ((flags & ~knownFlags) !== 0) return -errno.EINVAL;
    if (Math.abs(bytes) > maxChange) return -errno.EFAULT;
    if (base === undefined) return -errno.ENOTSUPP;
    const where = call.unsigned(3);
    if (where !== mode.mac && where !== mode.network) return -errno.ENOTSUPP;
    const at = ethernetHeaderBytes + (where === mode.network ? base : 0);
    const change = { at, bytes, flags };
    return bytes < 0 ? shrink(buffer, change, base) : grow(buffer, change);
  },
};

function shrink(buffer: SocketBuffer, { at, bytes, flags }: Change, base: number): number {
  const minimum = leastAfterDecapsulation(flags, base);
  if (minimum === undefined) return -errno.EINVAL;
  const network = buffer.packet.length - ethernetHeaderBytes;
  if (-bytes >= network || network + bytes < minimum) return -errno.ENOTSUPP;
  if ((flags & ~shrinkFlags) !== 0) return -errno.EINVAL;
  const old = buffer.packet.bytes;
  if (at - bytes > old.length) return -errno.ENOMEM;
  if ((flags & flag.decapsulateIpv4) !== 0) buffer.protocol = ipv4;
  if ((flags & flag.decapsulateIpv6) !== 0) buffer.protocol = ipv6;
  buffer.change(concatenate(old.subarray(0, at), old.subarray(at - bytes)));
  return 0;
}

/** Bytes that must remain from the network header on. */
function leastAfterDecapsulation(flags: number, base: number): number | undefined {
  const wanted = flags & (flag.decapsulateIpv4 | flag.decapsulateIpv6);
  if (wanted === 0) return base;
  if (wanted === flag.decapsulateIpv4) return headerBytes[ipv4];
  return wanted === flag.decapsulateIpv6 ? headerBytes[ipv6] : undefined;
}

function grow(buffer: SocketBuffer, { at, bytes, flags }: Change): number {
  if ((flags & (flag.decapsulateIpv4 | flag.decapsulateIpv6)) !== 0) return -errno.EINVAL;
  const old = buffer.packet.bytes;
  if (old.length + bytes > maxSocketBufferBytes) return -errno.ENOTSUPP;
  const refused = encapsulationRefused(buffer, flags);
  if (refused !== 0) return refused;
  buffer.encapsulated ||= isEncapsulation(flags);
  if ((flags & flag.encapsulateIpv4) !== 0) buffer.protocol = ipv4;
  if ((flags & flag.encapsulateIpv6) !== 0) buffer.protocol = ipv6;
  buffer.change(concatenate(old.subarray(0, at), new Uint8Array(bytes), old.subarray(at)));
  return 0;
}

const isEncapsulation = (flags: number): boolean =>
  (flags & (flag.encapsulateIpv4 | flag.encapsulateIpv6)) !== 0;

function encapsulationRefused(buffer: SocketBuffer, flags: number): number {
  const both = (first: number, second: number): boolean =>
    (flags & first) !== 0 && (flags & second) !== 0;
  if (!isEncapsulation(flags)) return 0;
  if (both(flag.encapsulateIpv4, flag.encapsulateIpv6)) return -errno.EINVAL;
  if (both(flag.encapsulateGre, flag.encapsulateUdp)) return -errno.EINVAL;
  return buffer.encapsulated ? -errno.EALREADY : 0;
}
