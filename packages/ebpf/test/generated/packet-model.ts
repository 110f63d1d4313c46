/** The packet that a generated program changes. */
export class FrameModel {
  bytes: Uint8Array;
  /** What lies in front: zeros, and what was cut off there. */
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
