import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { watchRtnetlink, withNetworkNamespace, type RtnetlinkEvent } from '../../linux/index.ts';
import { namespaceFile } from '../clearance.ts';
import type { Lab } from '../lab.ts';
import { step } from '../step.ts';
import {
  addressOf,
  directors,
  macOf,
  vip,
  type ClientName,
  type DirectorName,
  type HostName,
} from '../topology.ts';
import { monotonicMs } from './probe.ts';
import { longestSilenceMs } from './silence.ts';

/** What a client saw since a moment. */
export interface Seen {
  readonly client: ClientName;
  /** Whose MAC address its packets to the VIP get now; for the remote client, at the router. */
  readonly owner: DirectorName | undefined;
  /** When that began, since the moment; undefined: before it. */
  readonly ownerAfterMs: number | undefined;
  /** Longest time between two answered questions. */
  readonly silenceMs: number;
}

/** Who resolves the VIP for a client. */
export const resolverOf = (client: ClientName): HostName =>
  client === 'remote' ? 'router' : client;

/** Watches the service from a client: a steady probe there, and the neighbour table that its packets meet. */
export class Witness implements Disposable {
  readonly client: ClientName;
  readonly #probe: ChildProcess;
  readonly #neighbours: Disposable;
  readonly #answered: number[] = [];
  #owner: DirectorName | undefined;
  #ownedSinceMs = 0;

  constructor(lab: Lab, client: ClientName) {
    this.client = client;
    const command = 'evs lab probe --times';
    this.#probe = lab.start({ ...step(client, command), typed: `${command} &` });
    if (this.#probe.stdout !== null) {
      createInterface(this.#probe.stdout).on('line', (line) => this.#answered.push(Number(line)));
    }
    this.#neighbours = withNetworkNamespace(namespaceFile(lab.name, resolverOf(client)), () =>
      watchRtnetlink({ neighbours: true }, (event) => {
        this.#hear(event);
      }),
    );
  }

  /** Whether a question was answered that was asked after a moment. */
  answeredSince(momentMs: number): boolean {
    return (this.#answered.at(-1) ?? 0) > momentMs;
  }

  seenSince(momentMs: number): Seen {
    return {
      client: this.client,
      owner: this.#owner,
      ownerAfterMs: this.#ownedSinceMs > momentMs ? this.#ownedSinceMs - momentMs : undefined,
      silenceMs: longestSilenceMs(this.#answered, momentMs),
    };
  }

  /** An entry that is resolved anew without a change of its MAC address is no change of owner. */
  #hear(event: RtnetlinkEvent): void {
    if (event.kind !== 'neighbour' || event.neighbour.address !== vip) return;
    const { mac } = event.neighbour;
    if (event.removed || mac === undefined) return;
    const owner = ownerOf(mac);
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#ownedSinceMs = monotonicMs();
  }

  [Symbol.dispose](): void {
    this.#neighbours[Symbol.dispose]();
    this.#probe.kill('SIGKILL');
  }
}

const ownerOf = (mac: Uint8Array): DirectorName | undefined =>
  directors.find((director) => macOf(addressOf(director)) === macText(mac));

const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
