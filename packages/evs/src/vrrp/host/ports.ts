import type { IpAddress } from '../../packet/index.ts';
import type { NotifiedState } from '../effects.ts';
import type { Arrival } from '../receive.ts';

/** The network as a virtual router sees it. */
export interface Segment extends Disposable {
  /** Our address there: source of advertisements, and what breaks ties. */
  readonly primaryAddress: IpAddress;
  /** Calls back for every VRRP packet for this virtual router id. */
  listen(onArrival: (arrival: Arrival) => void): void;
  send(packet: Uint8Array, to: IpAddress): void;
  /** Puts the virtual addresses on the interface; those that are there stay. */
  addAddresses(): void;
  /** Takes them off; those that are gone are no mistake. */
  removeAddresses(): void;
  /** One gratuitous ARP request or neighbour advertisement for each virtual address. */
  announce(): void;
}

/** One-shot timers, which a test can drive. */
export interface Clock {
  /** Returns what cancels it. */
  after(ms: number, fire: () => void): () => void;
}

/** Who wants to know what a router does. */
export interface Observer {
  notify(router: string, state: NotifiedState, priority: number): void;
  log(router: string, text: string): void;
}

export const systemClock: Clock = {
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
