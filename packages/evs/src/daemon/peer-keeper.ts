import type { Logger } from './log.ts';
import type { DataPlanePort, NetworkPort } from './ports.ts';

export interface PeerKeeperOptions {
  readonly network: Pick<NetworkPort, 'peers' | 'hasEgressProgram'>;
  readonly plane: Pick<DataPlanePort, 'setPeers'>;
  readonly log: Logger;
}

/** Tells the data plane which devices' frames may be handed to their other end, as that changes. */
export class PeerKeeper {
  readonly #options: PeerKeeperOptions;
  #candidates: ReadonlySet<number> = new Set();
  /** Undefined: an earlier daemon may have told something else. */
  #told: ReadonlySet<number> | undefined;

  constructor(options: PeerKeeperOptions) {
    this.#options = options;
  }

  /** Devices, their queues or filters may have changed. */
  topologyChanged(): void {
    this.#candidates = this.#options.network.peers();
    this.check();
  }

  /** Looks for egress programs, which come and go without an event. To be called about once a second. */
  check(): void {
    const { network, plane, log } = this.#options;
    const allowed = new Set(
      [...this.#candidates].filter((ifindex) => !network.hasEgressProgram(ifindex)),
    );
    if (this.#told !== undefined && sameMembers(allowed, this.#told)) return;
    this.#told = allowed;
    plane.setPeers(allowed);
    log.debug({ ifindexes: [...allowed] }, 'Frames of these devices go to their peer at once');
  }
}

const sameMembers = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((member) => b.has(member));
