import { TcpFlag } from '../../packages/evs/src/packet/index.ts';

/** A frame of 60 bytes, the shortest on an Ethernet, without the four of its checksum. */
const frameBytes = 60;

/** Bytes of the headers' fields that prologues and programs look at. */
export const at = {
  etherType: 12,
  ip: 14,
  timeToLive: 22,
  source: 26,
  ports: 34,
  tcpFlags: 47,
} as const;

export interface FrameFields {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: 'tcp' | 'udp';
  readonly tcpFlags?: number;
}

/** A frame with correct checksums. */
export function frame(fields: FrameFields): Uint8Array {
  const bytes = new Uint8Array(frameBytes);
  const view = new DataView(bytes.buffer);
  const isTcp = fields.protocol === 'tcp';
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 9, 9, 8, 0]);
  bytes.set([0x45, 0], at.ip);
  view.setUint16(16, frameBytes - 14);
  view.setUint16(20, 0x4000);
  bytes.set([64, isTcp ? 6 : 17], at.timeToLive);
  bytes.set(fields.source.split('.').map(Number), at.source);
  bytes.set(fields.destination.split('.').map(Number), at.source + 4);
  view.setUint16(24, checksum(view, at.ip, 20));
  view.setUint16(at.ports, fields.sourcePort);
  view.setUint16(at.ports + 2, fields.destinationPort);
  if (isTcp) bytes.set([0x50, fields.tcpFlags ?? TcpFlag.ack, 0xff, 0xff], 46);
  else view.setUint16(38, frameBytes - 34);
  const length = frameBytes - 34;
  const pseudo = checksum(view, at.source, 8) ^ 0xffff;
  const sum = checksum(view, 34, length, pseudo + (isTcp ? 6 : 17) + length);
  view.setUint16(isTcp ? 50 : 40, sum);
  return bytes;
}

/** RFC 1071, over an even number of bytes. */
function checksum(view: DataView, start: number, length: number, initial = 0): number {
  let sum = initial;
  for (let offset = start; offset < start + length; offset += 2) sum += view.getUint16(offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum ^ 0xffff;
}
