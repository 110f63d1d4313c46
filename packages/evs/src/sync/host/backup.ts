import type {
  DirectorSettings,
  SynchronisationDaemon,
  SynchronisedConnection,
} from '../../director/index.ts';
import { UdpSocket } from '../../linux/index.ts';
import { familyOf, type IpAddress } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import type { BackupStatus } from '../status.ts';
import { beaconPort, readBeacon } from '../wire/beacon.ts';
import { readMessage } from '../wire/read-message.ts';
import type { Rejection } from '../wire/reasons.ts';
import { SealReader } from '../wire/seal.ts';
import { ClientDevices } from './client-devices.ts';
import { Peer } from './peer.ts';
import type { Attachment, SynchronisationLog, SynchronisedPlane } from './ports.ts';
import { WaitingConnections } from './waiting-connections.ts';

export interface BackupOptions {
  readonly daemon: SynchronisationDaemon;
  readonly attachment: Attachment;
  readonly settings: Pick<DirectorSettings, 'sync_ports' | 'sync_sock_size'>;
  readonly plane: SynchronisedPlane;
  readonly authentication: Authentication;
  /** The device that a route to an address leads to. */
  readonly ifindexTo: (address: IpAddress) => number | undefined;
  readonly log: SynchronisationLog;
}

/** Masters in one group: more are not listened to. */
const mostPeers = 16;

/** Receives connections of other directors, as ip_vs's backup does, and asks for those that it missed. */
export class Backup implements Disposable {
  readonly #options: BackupOptions;
  readonly #sockets: readonly UdpSocket[];
  readonly #seals: SealReader;
  readonly #devices: ClientDevices;
  readonly #waiting = new WaitingConnections();
  readonly #peers = new Map<IpAddress, Peer>();
  readonly #outcomes = new Map<string, number>();
  readonly #rejected = new Map<Rejection, number>();
  #messages = 0;
  #connections = 0;

  constructor(options: BackupOptions) {
    this.#options = options;
    const { daemon, settings, authentication, ifindexTo } = options;
    this.#seals = new SealReader(authentication);
    this.#devices = new ClientDevices(ifindexTo);
    const ports = Array.from({ length: settings.sync_ports }, (_, index) => daemon.port + index);
    this.#sockets = [
      ...ports.map((port) =>
        this.#listen(port).watch((bytes, from) => this.#receive(bytes, from, port)),
      ),
      this.#listen(beaconPort(daemon.port)).watch((bytes, from) => this.#hear(bytes, from)),
    ];
  }

  #listen(port: number): UdpSocket {
    const { daemon, attachment, settings } = this.#options;
    const socket = new UdpSocket(familyOf(daemon.group), attachment.device);
    if (settings.sync_sock_size > 0) socket.bufferBytes(settings.sync_sock_size);
    return socket.bind(daemon.group, port).joinGroup(daemon.group, attachment.ifindex);
  }

  #receive(bytes: Uint8Array, from: IpAddress, port: number): void {
    this.#messages++;
    const message = this.#seals.open(`${from} ${port}`, bytes);
    if (typeof message === 'string') this.#reject(message);
    else {
      this.#peers.get(from)?.count();
      this.#take(message);
    }
  }

  #take(message: Uint8Array): void {
    const connections: SynchronisedConnection[] = [];
    readMessage(message, this.#options.daemon.syncId, {
      record: (connection) => connections.push(connection),
      reject: (reason) => this.#reject(reason),
    });
    this.#adopt(connections);
  }

  #adopt(connections: readonly SynchronisedConnection[]): void {
    if (connections.length === 0) return;
    this.#connections += connections.length;
    const outcomes = this.#options.plane.adopt(connections, this.#devices.deviceOf);
    const nowMs = performance.now();
    for (const [index, outcome] of outcomes.entries()) {
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
      const connection = connections[index];
      if (outcome === 'no real server' && connection !== undefined) {
        this.#waiting.add(connection, nowMs);
      }
    }
  }

  /** Real servers may have come: those who waited for them try again. */
  retry(): void {
    if (this.#waiting.size > 0) this.#adopt(this.#waiting.take(performance.now()));
  }

  #hear(bytes: Uint8Array, from: IpAddress): void {
    const { authentication, daemon, log } = this.#options;
    const beacon = readBeacon(authentication, bytes);
    if (beacon === undefined) {
      this.#reject('not authentic');
      return;
    }
    if (daemon.syncId !== 0 && beacon.syncId !== daemon.syncId) return;
    const known = this.#peers.get(from);
    if (known === undefined && this.#peers.size >= mostPeers) return;
    const peer =
      known ??
      new Peer({
        address: from,
        syncId: daemon.syncId,
        authentication,
        onMessage: (message) => this.#take(message),
        log,
      });
    this.#peers.set(from, peer);
    if (!peer.hear(beacon)) this.#reject('replayed');
  }

  #reject(reason: Rejection): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  get status(): BackupStatus {
    return {
      messages: this.#messages,
      connections: this.#connections,
      outcomes: Object.fromEntries(this.#outcomes),
      rejected: Object.fromEntries(this.#rejected),
      waiting: this.#waiting.size,
      peers: [...this.#peers.values()].map((peer) => peer.status),
    };
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket[Symbol.dispose]();
    for (const peer of this.#peers.values()) peer[Symbol.dispose]();
  }
}
