import pino from 'pino';
import type { ConnectionRecord, DirectorState, ServiceKey } from '../director/model.ts';
import type { SynchronisedConnection } from '../director/index.ts';
import type { IpAddress } from '../packet/index.ts';
import type { Logger } from './log.ts';
import type {
  AttachedDevice,
  DataPlanePort,
  Device,
  Movement,
  Neighbour,
  NetworkEvent,
  NetworkPort,
  NextHop,
  PlaneStatus,
  Route,
  SweepReport,
} from './ports.ts';

/** For unit tests: a data plane that remembers what it was told. */
export class FakeDataPlane implements DataPlanePort {
  readonly published: DirectorState[] = [];
  readonly prepared: DirectorState[] = [];
  readonly anticipated: DirectorState[] = [];
  /** Still to be done. */
  warmUpSteps = 3;
  readonly hops = new Map<IpAddress, NextHop>();
  peers: ReadonlySet<number> = new Set();
  readonly devices = new Map<number, AttachedDevice>();
  readonly zeroed: (ServiceKey | undefined)[] = [];
  sweeps = 0;
  destroyed = false;
  disposed = false;
  /** Each thrown by one `publish`. */
  publishErrors: Error[] = [];
  /** Devices that do not take a hook: `eth0 xdp-native`. */
  readonly refusals = new Set<string>();
  planeStatus: PlaneStatus = { services: [] };
  records: ConnectionRecord[] = [];

  publish(state: DirectorState): void {
    const error = this.publishErrors.shift();
    if (error !== undefined) throw error;
    this.published.push(state);
  }

  prepare(state: DirectorState): Promise<void> {
    this.prepared.push(state);
    return Promise.resolve();
  }

  anticipate(state: DirectorState): void {
    this.anticipated.push(state);
  }

  *warmUp(): Generator<void, void, void> {
    while (this.warmUpSteps-- > 0) yield;
  }

  attach(device: AttachedDevice): void {
    if (this.refusals.has(`${device.name} ${device.hook}`))
      throw new Error('Operation not supported');
    this.devices.set(device.ifindex, device);
  }

  detach(ifindex: number): void {
    this.devices.delete(ifindex);
  }

  attached(): readonly AttachedDevice[] {
    return [...this.devices.values()];
  }

  setNextHop(address: IpAddress, hop: NextHop | undefined): void {
    if (hop === undefined) this.hops.delete(address);
    else this.hops.set(address, hop);
  }

  setPeers(ifindexes: ReadonlySet<number>): void {
    this.peers = ifindexes;
  }

  status(): PlaneStatus {
    return this.planeStatus;
  }

  connectionCount(): number {
    return this.planeStatus.services
      .flatMap(({ realServers }) => realServers)
      .reduce((sum, { status }) => sum + status.activeConnections + status.inactiveConnections, 0);
  }

  readonly moved: Movement[] = [];
  movements(): readonly Movement[] {
    return this.moved.splice(0);
  }

  connections(): Iterable<ConnectionRecord> {
    return this.records;
  }

  watchAnnouncements(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  lostAnnouncements(): number {
    return 0;
  }

  synchronisedConnections(): Iterable<SynchronisedConnection> {
    return [];
  }

  adopt(connections: readonly SynchronisedConnection[]): readonly string[] {
    return connections.map(() => 'no real server');
  }

  zero(key?: ServiceKey): void {
    this.zeroed.push(key);
  }

  sweep(): SweepReport {
    this.sweeps++;
    return { visited: 0, expired: 0 };
  }

  destroy(): void {
    this.destroyed = true;
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

/** For unit tests: a network whose tables are ordinary lists. */
export class FakeNetwork implements NetworkPort {
  deviceList: Device[] = [];
  neighbourList: Neighbour[] = [];
  peerSet = new Set<number>();
  readonly egressPrograms = new Set<number>();
  readonly routes = new Map<IpAddress, Route>();
  readonly asked: string[] = [];
  #listeners = new Set<(event: NetworkEvent) => void>();

  devices(): readonly Device[] {
    return this.deviceList;
  }

  neighbours(): readonly Neighbour[] {
    return this.neighbourList;
  }

  peers(): ReadonlySet<number> {
    return new Set(this.peerSet);
  }

  hasEgressProgram(ifindex: number): boolean {
    return this.egressPrograms.has(ifindex);
  }

  routesTo(addresses: readonly IpAddress[]): (Route | undefined)[] {
    return addresses.map((address) => this.routes.get(address));
  }

  addressOn(): IpAddress | undefined {
    return undefined;
  }

  resolve(ifindex: number, address: IpAddress): void {
    this.asked.push(`${ifindex} ${address}`);
  }

  watch(onEvent: (event: NetworkEvent) => void): Disposable {
    this.#listeners.add(onEvent);
    return { [Symbol.dispose]: () => void this.#listeners.delete(onEvent) };
  }

  tell(event: NetworkEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

export const silentLog: Logger = pino({ level: 'silent' });

/** An Ethernet device that is up; its MAC address ends in its index. */
export const fakeDevice = (ifindex: number, name: string, rest: Partial<Device> = {}): Device => ({
  ifindex,
  name,
  mac: Uint8Array.of(2, 0, 0, 0, 0, ifindex),
  mtu: 1500,
  up: true,
  medium: 'ethernet',
  ...rest,
});
