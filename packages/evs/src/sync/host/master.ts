import type {
  DirectorSettings,
  SynchronisationDaemon,
  SynchronisedConnection,
} from '../../director/index.ts';
import { UdpSocket } from '../../linux/index.ts';
import { familyOf } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import { AnswerServer } from '../resync/answer-server.ts';
import type { MasterStatus } from '../status.ts';
import { beaconPort, writeBeacon } from '../wire/beacon.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import { seal, sealBytes } from '../wire/seal.ts';
import type { Attachment, SynchronisationLog, SynchronisedPlane } from './ports.ts';

export interface MasterOptions {
  readonly daemon: SynchronisationDaemon;
  readonly attachment: Attachment;
  readonly settings: Pick<DirectorSettings, 'sync_version' | 'sync_ports' | 'sync_sock_size'>;
  readonly plane: SynchronisedPlane;
  readonly authentication: Authentication;
  /** How many connections there are, about. */
  readonly count: () => number;
  readonly log: SynchronisationLog;
}

/** How long a connection may wait for others to fill its message. ip_vs lets it wait for two seconds. */
const gatherMs = 100;
const beaconMs = 1_000;

/** One of the ports that messages go to. */
interface Lane {
  readonly socket: UdpSocket;
  readonly writer: MessageWriter;
  readonly port: number;
  sequence: bigint;
}

/** Sends this director's connections to others, as ip_vs's master does; at its end what is left of them, too. */
export class Master implements Disposable {
  readonly #options: MasterOptions;
  readonly #lanes: readonly Lane[];
  readonly #watch: Disposable;
  readonly #answers: AnswerServer;
  readonly #beacons: NodeJS.Timeout;
  readonly #epoch = BigInt(Date.now());
  readonly #lostBefore: number;
  #gathering: NodeJS.Timeout | undefined;
  #gatheringSinceMs = 0;
  #beaconSequence = 0n;
  #counts = { messages: 0, connections: 0, unsent: 0, delayMs: 0 };
  /** The longest since the last beacon. */
  #delayMs = 0;
  #problem: string | undefined;

  constructor(options: MasterOptions) {
    this.#options = options;
    const { daemon, attachment, settings, plane, authentication, count } = options;
    this.#lanes = Array.from({ length: settings.sync_ports }, (_, index) => this.#lane(index));
    this.#lostBefore = plane.lostAnnouncements();
    this.#watch = plane.watchAnnouncements((connection) => this.#tell(connection));
    this.#answers = new AnswerServer({
      address: attachment.address,
      port: daemon.port,
      syncId: daemon.syncId,
      authentication,
      connections: () => plane.synchronisedConnections(),
      count,
      // Whoever hears of it asks at once.
      onReady: () => this.#shine(),
      onError: (error) => this.#complain(error, 'Cannot answer other directors'),
    });
    this.#beacons = setInterval(() => this.#shine(), beaconMs);
  }

  #lane(index: number): Lane {
    const { daemon, attachment, settings, authentication } = this.#options;
    const socket = new UdpSocket(familyOf(daemon.group), attachment.device);
    if (settings.sync_sock_size > 0) socket.bufferBytes(settings.sync_sock_size);
    socket.sendMulticast(attachment.ifindex, daemon.timeToLive);
    if (socket.family === 'ipv4') socket.bind(attachment.address, 0);
    const maximumLength = daemon.maximumLength - sealBytes(authentication);
    const { sync_version: version } = settings;
    const format = {
      version: version === 0 ? 0 : 1,
      syncId: daemon.syncId,
      maximumLength,
    } as const;
    return { socket, writer: new MessageWriter(format), port: daemon.port + index, sequence: 0n };
  }

  #tell(connection: SynchronisedConnection): void {
    const lane = this.#laneOf(connection);
    const message = lane.writer.add(connection);
    this.#counts.connections++;
    if (message !== undefined) this.#send(lane, message);
    if (this.#gathering !== undefined) return;
    this.#gatheringSinceMs = performance.now();
    this.#gathering = setTimeout(() => this.flush(), gatherMs);
  }

  /** A client's connections go one way, so that they come in order. */
  #laneOf({ client }: SynchronisedConnection): Lane {
    const spread = (client.at(-1) ?? 0) & (this.#lanes.length - 1);
    return this.#lanes[spread] ?? (this.#lanes[0] as Lane);
  }

  /** Sends what has been gathered. */
  flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    for (const lane of this.#lanes) {
      const message = lane.writer.take();
      if (message !== undefined) this.#send(lane, message);
    }
  }

  #send(lane: Lane, message: Uint8Array): void {
    const { daemon, attachment, authentication } = this.#options;
    const waitedMs = Math.round(performance.now() - this.#gatheringSinceMs);
    this.#delayMs = Math.max(this.#delayMs, waitedMs);
    lane.sequence++;
    this.#counts.messages++;
    const sealed = seal(authentication, message, this.#epoch, lane.sequence);
    try {
      lane.socket.send(sealed, daemon.group, lane.port, attachment.ifindex);
      this.#problem = undefined;
    } catch (error) {
      this.#counts.unsent++;
      this.#complain(error, 'Cannot send connections to other directors');
    }
  }

  #shine(): void {
    const { daemon, attachment, authentication } = this.#options;
    const { status } = this;
    this.#counts.delayMs = this.#delayMs;
    this.#delayMs = 0;
    const beacon = writeBeacon(authentication, {
      syncId: daemon.syncId,
      answerPort: daemon.port,
      epoch: this.#epoch,
      sequence: ++this.#beaconSequence,
      messages: BigInt(status.messages),
      connections: BigInt(status.connections),
      lost: BigInt(status.lost),
      delayMs: this.#counts.delayMs,
    });
    try {
      const [lane] = this.#lanes;
      lane?.socket.send(beacon, daemon.group, beaconPort(daemon.port), attachment.ifindex);
    } catch (error) {
      this.#complain(error, 'Cannot tell other directors of this one');
    }
  }

  /** Says a problem once. */
  #complain(error: unknown, message: string): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem !== this.#problem) this.#options.log.warn({ err: error }, message);
    this.#problem = problem;
  }

  get status(): MasterStatus {
    return {
      ...(this.#problem !== undefined && { problem: this.#problem }),
      ...this.#counts,
      lost: this.#options.plane.lostAnnouncements() - this.#lostBefore,
      answers: this.#answers.answers.map((answer) => ({ ...answer })),
    };
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.flush();
    clearInterval(this.#beacons);
    this.#answers[Symbol.dispose]();
    for (const { socket } of this.#lanes) socket[Symbol.dispose]();
  }
}
