import { mapKind, type MapKind } from '@evs/ebpf';
import { Attributes, bpf } from './command.ts';

function infoOf(fd: number, sizeBytes: number, on: string): Buffer {
  const info = Buffer.alloc(sizeBytes);
  const attributes = new Attributes(16).u32(0, fd).u32(4, sizeBytes).pointer(8, info);
  bpf('OBJ_GET_INFO_BY_FD', attributes, on, { attempt: 'ask about' });
  return info;
}

const nameAt = (info: Buffer, at: number): string =>
  info.toString('latin1', at, at + 16).replace(/\0.*/s, '');

/** What the kernel knows of a map: start of `struct bpf_map_info`. */
export interface MapInfo {
  readonly id: number;
  /** Its number if it is no kind of ours. */
  readonly kind: MapKind | number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly capacity: number;
  readonly flags: number;
  readonly name: string;
}

export function mapInfo(fd: number, on = 'a map'): MapInfo {
  const info = infoOf(fd, 80, on);
  const number = info.readUInt32LE(0);
  const kind = (Object.keys(mapKind) as MapKind[]).find((name) => mapKind[name] === number);
  return {
    id: info.readUInt32LE(4),
    kind: kind ?? number,
    keyBytes: info.readUInt32LE(8),
    valueBytes: info.readUInt32LE(12),
    capacity: info.readUInt32LE(16),
    flags: info.readUInt32LE(20),
    name: nameAt(info, 24),
  };
}

/** What the kernel knows of a program: `struct bpf_prog_info`. */
export interface ProgramInfo {
  readonly kind: number;
  readonly id: number;
  readonly name: string;
  /** How many the verifier walked through, once for each way that it took. It gives up after a million. */
  readonly verifiedInstructions: number;
}

export function programInfo(fd: number, on = 'a program'): ProgramInfo {
  const info = infoOf(fd, 232, on);
  return {
    kind: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    name: nameAt(info, 64),
    verifiedInstructions: info.readUInt32LE(216),
  };
}

/** What the kernel knows of a link: `struct bpf_link_info` with the parts of XDP and tcx links. */
export interface LinkInfo {
  readonly kind: number;
  readonly id: number;
  readonly programId: number;
  /** 0 once the device is gone. */
  readonly ifindex: number;
  /** For tcx links, 46 ingress or 47 egress; 0 for others. */
  readonly attachType: number;
}

export function linkInfo(fd: number, on = 'a link'): LinkInfo {
  const info = infoOf(fd, 64, on);
  return {
    kind: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    programId: info.readUInt32LE(8),
    ifindex: info.readUInt32LE(16),
    attachType: info.readUInt32LE(20),
  };
}

/** Information on a program by its id; undefined if it is gone. */
export function programById(id: number): number {
  return bpf('PROG_GET_FD_BY_ID', new Attributes(12).u32(0, id), `program ${id}`, {
    attempt: 'open',
  });
}
