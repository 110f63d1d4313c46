/** Where a program sends its packet, if it also returns the verdict for it. */
export interface Redirect {
  readonly ifindex: number;
  readonly flags: number;
  /** The next hop that bpf_redirect_neigh was given, in network byte order: 4 or 16 bytes. */
  readonly neighbour?: Uint8Array;
  /** The packet goes to the peer of the device. */
  readonly peer?: true;
}
