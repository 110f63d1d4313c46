import type { DeviceKeeper } from './device-keeper.ts';
import type { Logger } from './log.ts';
import type { NextHopKeeper } from './next-hop-keeper.ts';
import type { PeerKeeper } from './peer-keeper.ts';
import type { NetworkEvent, NetworkPort } from './ports.ts';

/** Events come in bursts: a device that appears makes a dozen. */
const settleMs = 5;
const probeEveryMs = 1_000;

export interface NetworkKeeperOptions {
  readonly network: NetworkPort;
  readonly devices: DeviceKeeper;
  readonly nextHops: NextHopKeeper;
  /** Absent: frames take the way through the devices always. */
  readonly peers?: PeerKeeper | undefined;
  readonly log: Logger;
}

/** Follows devices, routes and neighbours from its making until it is disposed of. */
export class NetworkKeeper implements Disposable {
  readonly #options: NetworkKeeperOptions;
  readonly #watch: Disposable;
  #probing: NodeJS.Timeout | undefined;
  #refresh: NodeJS.Timeout | undefined;

  /** Learns what is there and listens for changes; devices are left alone until `start`. */
  constructor(options: NetworkKeeperOptions) {
    this.#options = options;
    // First the ear, then the look around: nothing that happens in between is missed.
    this.#watch = options.network.watch((event) => this.#guard(() => this.#heard(event)));
    options.nextHops.readNeighbours();
    options.nextHops.topologyChanged(options.network.devices());
    options.peers?.topologyChanged();
  }

  /** Attaches to devices from now on, and keeps neighbours fresh. */
  start(): void {
    this.#options.devices.update(this.#options.network.devices());
    const look = (): void => {
      this.#guard(() => this.#options.nextHops.probe());
      this.#guard(() => this.#options.peers?.check());
    };
    this.#probing = setInterval(look, probeEveryMs);
  }

  #heard(event: NetworkEvent): void {
    switch (event.kind) {
      case 'neighbour':
        this.#options.nextHops.neighbourChanged(event.neighbour, event.gone);
        return;
      case 'overrun':
        this.#options.log.warn('The kernel dropped network events; reading everything again');
        this.#options.nextHops.readNeighbours();
        this.#refreshSoon();
        return;
      case 'deviceGone':
        this.#options.devices.gone(event.ifindex);
        this.#refreshSoon();
        return;
      case 'topology':
        this.#refreshSoon();
    }
  }

  #refreshSoon(): void {
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      this.#guard(() => this.refresh());
    }, settleMs);
  }

  /** Reads devices and routes again, without waiting for events. */
  refresh(): void {
    const { network, devices, nextHops, peers } = this.#options;
    const present = network.devices();
    nextHops.topologyChanged(present);
    peers?.topologyChanged();
    if (this.#probing !== undefined) devices.update(present);
  }

  /** Events come from the C library's event loop, where an exception would vanish and stop all others. */
  #guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#options.log.error({ err: error }, 'Cannot follow a change of the network');
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    clearInterval(this.#probing);
    clearTimeout(this.#refresh);
  }
}
