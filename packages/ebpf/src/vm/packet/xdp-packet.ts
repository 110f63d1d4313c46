import type { Guard } from '../memory/guard.ts';
import { Region } from '../memory/region.ts';
import { Violation } from '../memory/violation.ts';
import { concatenate, PacketBytes } from './packet-bytes.ts';

/** Offsets in `struct xdp_md` of include/uapi/linux/bpf.h; all fields have 4 bytes. */
const field = { data: 0, dataEnd: 4, dataMeta: 8, ingressIfindex: 12, rxQueueIndex: 16 } as const;
const contextBytes = 24;
const ethernetHeaderBytes = 14;
/** Room in front of the packet: XDP_PACKET_HEADROOM less `struct xdp_frame`. */
const headroomBytes = 256 - 40;
/** A page less headroom and `struct skb_shared_info`: what the kernel's test run gives a packet. */
const maxBytes = 4096 - 256 - 320;

const guard: Guard = {
  read: (offset, sizeBytes) => {
    if (sizeBytes === 4 && offset % 4 === 0) return;
    throw new Violation(`read of ${sizeBytes} bytes at byte ${offset} of xdp_md`);
  },
  write: () => {
    throw new Violation('xdp_md cannot be written');
  },
};

/** What an XDP program sees. */
export class XdpPacket {
  readonly hook = 'xdp';
  readonly packet: PacketBytes;
  readonly context: Region;
  /** What was cut off in front, nearest byte last: it reappears when the head grows again. */
  #before = new Uint8Array(headroomBytes);

  constructor(bytes: Uint8Array, ingressIfindex: number) {
    this.packet = new PacketBytes(bytes);
    this.context = new Region('context', new Uint8Array(contextBytes), {
      guard,
      pointers: this.packet.pointers(field.data, field.dataEnd, field.dataMeta),
    });
    this.context.view.setUint32(field.ingressIfindex, ingressIfindex, true);
  }

  /** Moves the start of the packet; false if there is no room or too little would remain. */
  moveStart(distance: number): boolean {
    const { bytes } = this.packet;
    const room = this.#before.length;
    if (distance < -room || distance > bytes.length - ethernetHeaderBytes) return false;
    const all = concatenate(this.#before, bytes);
    this.#before = all.slice(0, room + distance);
    this.packet.replace(all.slice(room + distance));
    return true;
  }

  /** Moves the end of the packet, filling with zeros; false if there is no room or too little would remain. */
  moveEnd(distance: number): boolean {
    const { bytes } = this.packet;
    const length = bytes.length + distance;
    if (length < ethernetHeaderBytes) return false;
    // The end of the buffer stands still when the start of the packet moves.
    const startMoved = this.#before.length - headroomBytes;
    if (distance > 0 && startMoved + length > maxBytes) return false;
    const changed = new Uint8Array(length);
    changed.set(bytes.subarray(0, length));
    this.packet.replace(changed);
    return true;
  }
}
