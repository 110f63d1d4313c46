import type { Guard } from '../memory/guard.ts';
import { Region } from '../memory/region.ts';
import { Violation } from '../memory/violation.ts';
import { PacketBytes } from './packet-bytes.ts';
import {
  contextBytes,
  field,
  hiddenRanges,
  writableRanges,
  type SocketBufferFields,
} from './socket-buffer-fields.ts';

const pointerFields: readonly number[] = [field.data, field.dataEnd, field.dataMeta];

const guard: Guard = {
  read: (offset, sizeBytes) => {
    const hidden = hiddenRanges.some(([from, to]) => offset < to && offset + sizeBytes > from);
    const narrow = pointerFields.includes(offset & ~3) && sizeBytes !== 4;
    if (!hidden && !narrow && offset % sizeBytes === 0) return;
    throw new Violation(`read of ${sizeBytes} bytes at byte ${offset} of __sk_buff`);
  },
  write: (offset, sizeBytes) => {
    const inCb = offset >= field.cb && offset + sizeBytes <= field.hash;
    const wanted = offset >= field.timestamp ? 8 : 4;
    const open = writableRanges.some(([from, to]) => offset >= from && offset + sizeBytes <= to);
    if (open && (inCb || sizeBytes === wanted) && offset % sizeBytes === 0) return;
    throw new Violation(`write of ${sizeBytes} bytes at byte ${offset} of __sk_buff`);
  },
};

/** What a tc program sees: an Ethernet frame in a socket buffer. */
export class SocketBuffer {
  readonly hook = 'tc';
  readonly packet: PacketBytes;
  readonly context: Region;
  readonly partialChecksum: boolean;
  /** Set once the program has put an outer header around the packet; there can be only one. */
  encapsulated = false;

  constructor(bytes: Uint8Array, chosen: Partial<SocketBufferFields>) {
    this.packet = new PacketBytes(bytes, chosen.linearBytes);
    this.partialChecksum = chosen.partialChecksum ?? false;
    this.context = new Region('context', contextOf(bytes, chosen), {
      guard,
      pointers: this.packet.pointers(field.data, field.dataEnd, field.dataMeta),
    });
  }

  /** Ethertype. */
  get protocol(): number {
    return this.context.view.getUint16(field.protocol);
  }

  set protocol(ethertype: number) {
    this.context.view.setUint16(field.protocol, ethertype);
  }

  /** Gives the packet other bytes, or the same ones; all pointers into it die. */
  change(bytes: Uint8Array = this.packet.bytes): void {
    this.packet.replace(bytes);
    this.context.view.setUint32(field.len, bytes.length, true);
  }
}

/** By default as the kernel's test run makes it: on interface 1, come from nowhere. */
function contextOf(bytes: Uint8Array, chosen: Partial<SocketBufferFields>): Uint8Array {
  const context = new Uint8Array(contextBytes);
  const view = new DataView(context.buffer);
  const {
    cb = [],
    protocol,
    vlanPresent,
    partialChecksum: _,
    linearBytes: __,
    ...numbers
  } = chosen;
  const words: Partial<Record<keyof typeof field, number>> = {
    len: bytes.length,
    wireLength: bytes.length,
    ifindex: 1,
    vlanPresent: vlanPresent === true ? 1 : 0,
    ...numbers,
  };
  for (const [name, value] of Object.entries(words)) {
    view.setUint32(field[name as keyof typeof field], value, true);
  }
  for (const [index, value] of cb.slice(0, 5).entries()) {
    view.setUint32(field.cb + index * 4, value, true);
  }
  view.setUint16(field.protocol, protocol ?? ethertype(bytes));
  return context;
}

const ethertype = (bytes: Uint8Array): number => ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
