import { formatIpAddress, type IpAddress } from '../../packet/index.ts';

/** How long a route is taken for right. */
const freshMs = 10_000;
const mostNets = 4096;

/**
 * Tells by which device clients are reached, which their first packet corrects. Routes are asked for once for each net
 * of 24 bits, or 64 of IPv6.
 */
export class ClientDevices {
  readonly #ifindexTo: (address: IpAddress) => number | undefined;
  readonly #nets = new Map<string, { readonly ifindex: number; readonly untilMs: number }>();

  constructor(ifindexTo: (address: IpAddress) => number | undefined) {
    this.#ifindexTo = ifindexTo;
  }

  /** 0 if there is no route. */
  readonly deviceOf = (client: Uint8Array): number => {
    const net = Buffer.from(client.subarray(0, client.length === 4 ? 3 : 8)).toString('latin1');
    const nowMs = performance.now();
    const known = this.#nets.get(net);
    if (known !== undefined && known.untilMs > nowMs) return known.ifindex;
    if (this.#nets.size >= mostNets) this.#nets.clear();
    const ifindex = this.#ifindexTo(formatIpAddress(client)) ?? 0;
    this.#nets.set(net, { ifindex, untilMs: nowMs + freshMs });
    return ifindex;
  };
}
