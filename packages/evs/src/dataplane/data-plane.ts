import type { Infer } from '@evs/ebpf';
import { mkdirSync, rmSync } from 'node:fs';
import { freemem } from 'node:os';
import {
  initialSettings,
  initialState,
  type DirectorSettings,
  type SynchronisedConnection,
} from '../director/index.ts';
import type { ConnectionRecord, DirectorState, ServiceKey } from '../director/model.ts';
import { runSyscallProgram, ticksPerSecond } from '../linux/index.ts';
import type { IpAddress } from '../packet/index.ts';
import type { ProgramPlace } from './control/assemble-program.ts';
import { Assembler, type Order } from './control/assembler.ts';
import type { AdoptionOutcome } from './adoption-outcomes.ts';
import {
  adoptInKernel,
  everyConnection,
  lostAnnouncements,
  watchAnnouncements,
} from './control/synchronised-tables.ts';
import { Attachment, removeFilters, type Device } from './control/attachment.ts';
import { cachedSlotsOf } from './control/cached-slots.ts';
import { CounterWatch, type Movement } from './control/counter-watch.ts';
import { defenceWith, writeDefence, type Defence } from './control/defence.ts';
import { featureOptions } from './control/feature-options.ts';
import { covers, featuresOf, isIdle } from './control/features-of.ts';
import { Growth } from './control/growth.ts';
import { firstFeatures } from './control/likely-features.ts';
import { likelyNext } from './control/likely-next.ts';
import { MapStore } from './control/map-store.ts';
import { forgetPathMtus, writeHop, writeNextHop, type NextHop } from './control/next-hops.ts';
import { ProgramCache, type ProgramCacheOptions } from './control/program-cache.ts';
import { peerWords } from './control/peer-words.ts';
import { Programs } from './control/programs.ts';
import { collectTrash, publishTables, type ControlTables } from './control/publish.ts';
import { RecentPrograms } from './control/recent-programs.ts';
import { Registry, type ServerEntry } from './control/registry.ts';
import {
  forgetServer,
  countConnections,
  readStatus,
  statisticsTables,
  zeroStatistics,
  type ServiceStatus,
  type StatisticsTables,
} from './control/statistics.ts';
import { slotsFor } from './control/slots-for.ts';
import { writeSettings } from './control/write-settings.ts';
import { WantedTraits } from './control/wanted-traits.ts';
import { writeSet } from './control/write-set.ts';
import { dropCounts, evictionCounts } from './control/reason-counts.ts';
import { capacitiesOf, grown, withRoom } from './control/grown.ts';
import type { Telling } from './control/told-connection.ts';
import { listEverything } from './control/list-everything.ts';
import { pinnedCapacities, tableDirectory, tidyTables } from './control/table-directories.ts';
import { TableFullError } from './control/table-full-error.ts';
import type { Features } from './program/assembly.ts';
import { SweepReport } from './layouts.ts';
import { defaultCapacities, defineMaps, type Capacities } from './maps.ts';

export interface DataPlaneOptions {
  /** Where maps and links are pinned, so that they outlive the process; absent: they do not. */
  readonly pinDirectory?: string;
  readonly capacities?: Partial<Capacities>;
  /** Balance the connections of processes on the director, too. */
  readonly localClients?: boolean;
  /** Hand frames to the other end of veth devices where `setPeers` allows it; else `setPeers` does nothing. */
  readonly peers?: boolean;
  /** Where assembled programs are kept for the next daemon; absent: nowhere. */
  readonly programCache?: ProgramCacheOptions;
  /** A file that calls `serveAssembly`; absent: `prepare` and `anticipate` do nothing. Needs the cache. */
  readonly assembler?: string;
}

/**
 * The kernel's side of one director: its tables and programs. Opening it takes over what an earlier process
 * pinned, with connections and counts; closing it leaves everything running.
 */
export class DataPlane implements Disposable {
  #store: MapStore;
  #registry: Registry;
  readonly #options: DataPlaneOptions;
  readonly #attachments = new Map<number, Attachment>();
  readonly #hops = new Map<IpAddress, NextHop>();
  readonly #ticksPerSecond: number;
  readonly #wanted = new WantedTraits();
  readonly #watch = new CounterWatch();
  #recent: RecentPrograms;
  #programs: Programs | undefined;
  /** One that an earlier process began: the programs of its old tables may still be in use. */
  #interrupted: Growth | undefined;
  readonly #assembler: Assembler | undefined;
  /** Those whose likely successors are being assembled. */
  #anticipated: Programs | undefined;
  #settings: DirectorSettings = initialSettings;
  #state: DirectorState = initialState;
  /** In the fuller of the tables, when they were swept last. */
  #connections = 0;
  #forgetMtusAtMs = nowMs() + mtuLifeMs;

  private constructor(store: MapStore, options: DataPlaneOptions) {
    this.#store = store;
    this.#options = options;
    this.#registry = registryOf(store);
    this.#ticksPerSecond = ticksPerSecond();
    this.#recent = this.#programsFor(store);
    const { assembler, programCache } = options;
    if (assembler !== undefined && programCache !== undefined) {
      this.#assembler = new Assembler(assembler, programCache);
    }
  }

  /** Throws PinnedMapError if the pinned tables are of another shape, or that of connections of another size. */
  static open(options: DataPlaneOptions = {}): DataPlane {
    const { pinDirectory } = options;
    const capacities = { ...defaultCapacities, ...options.capacities };
    if (pinDirectory === undefined) {
      return new DataPlane(new MapStore(defineMaps(capacities), undefined), options);
    }
    mkdirSync(pinDirectory, { recursive: true });
    if (tidyTables(pinDirectory)) {
      const growth = Growth.resume(pinDirectory, capacities);
      const plane = new DataPlane(growth.store, options);
      plane.#interrupted = growth;
      return plane;
    }
    const pinned = pinnedCapacities(`${pinDirectory}/${tableDirectory.present}`);
    const definitions = defineMaps({ ...capacities, ...pinned });
    return new DataPlane(new MapStore(definitions, pinDirectory), options);
  }

  #programsFor(store: MapStore): RecentPrograms {
    const { programCache } = this.#options;
    const cache =
      programCache === undefined ? undefined : new ProgramCache(store.definitions, programCache);
    return new RecentPrograms((features) => new Programs(store, features, cache));
  }

  get #statistics(): StatisticsTables {
    return statisticsTables(this.#store);
  }

  /** Tables are made when they are first asked for: those of an unused family never. */
  get #tables(): ControlTables {
    const store = this.#store;
    return {
      services: (family) => store.open(family === 'ipv4' ? 'services4' : 'services6'),
      markServices: () => store.open('markServices'),
      matchRules: () => store.open('matchRules'),
      settings: store.open('settings'),
      lookupTable: (name) => store.open(name),
      filter: store.open('filter'),
      ticksPerSecond: this.#ticksPerSecond,
    };
  }

  /** Makes tables and programs equal to a configuration. Repeating it changes nothing; connections stay. */
  publish(state: DirectorState): void {
    const ringPlaces = this.#store.definitions.halfOpen4.capacity;
    writeSettings(this.#store.open('settings'), state, this.#ticksPerSecond, ringPlaces);
    this.#settings = state.settings;
    this.#defend();
    this.#state = state;
    this.#run(this.#featuresFor(state));
    for (const server of this.#publishTables(state)) {
      const hop = this.#hops.get(server.key.address);
      if (hop !== undefined) writeHop(server, hop);
    }
  }

  #featuresFor(state: DirectorState, services = state.services): Features {
    const demands = {
      wanted: this.#wanted.update(services),
      slots: this.#registry,
      markRules: state.markRules ?? [],
      running: this.#programs?.features,
      knowsCalls: this.#store.exists('calls4') || this.#store.exists('calls6'),
    };
    return featuresOf(demands, featureOptions(state, this.#options));
  }

  /** Has assembled elsewhere what `publish` would assemble itself, holding this thread for some tenths of a second. */
  async prepare(state: DirectorState): Promise<void> {
    const features = this.#featuresFor(state);
    if (this.#suffices(features)) return;
    await Promise.all(this.#missing(features).map((order) => this.#assemble(order, 'awaited')));
  }

  /** Has assembled, while nothing else is to be done, what the next change of this state is likely to need. */
  anticipate(state: DirectorState): void {
    if (this.#programs === this.#anticipated || !isRunning(this.#programs)) return;
    this.#anticipated = this.#programs;
    this.#assembler?.forgetIdle();
    for (const services of likelyNext(state.services)) {
      const features = this.#featuresFor(state, services);
      if (this.#suffices(features)) continue;
      for (const order of this.#missing(features)) void this.#assemble(order, 'idle');
    }
  }

  async #assemble(order: Omit<Order, 'urgency'>, urgency: Order['urgency']): Promise<void> {
    await this.#assembler?.assemble({ ...order, urgency });
  }

  /** Programs that would have to be assembled. */
  #missing(features: Features): Omit<Order, 'urgency'>[] {
    const attached = [...this.#attachments.values()].flatMap(({ places }) => places);
    const places = new Set<ProgramPlace>(['loopback', 'tc', ...attached, 'sweep']);
    if (features.adopting) places.add('adopt');
    const programs = this.#recent.peek(features);
    return [...places]
      .filter((place) => !programs.isReady(place))
      .map((place) => ({ features, place }));
  }

  /**
   * Makes tables and loads programs that most first services need, as far as they need not be assembled. A step each
   * time, so that whatever else is to be done is done in between.
   */
  *warmUp(): Generator<void, void, void> {
    for (const features of firstFeatures()) {
      const programs = this.#recent.of(features);
      for (const place of ['tc', 'loopback', 'sweep'] as const) {
        if (isRunning(this.#programs) || !programs.isReady(place)) return;
        programs.load(place);
        yield;
      }
    }
  }

  /** With larger tables if those there are have no room. Returns the real servers that were written. */
  #publishTables(state: DirectorState): Iterable<ServerEntry> {
    this.#makeRoom(state);
    for (;;) {
      try {
        return publishTables(this.#tables, this.#registry, state, nowMs(), (service) =>
          zeroStatistics(this.#statistics, this.#registry, service),
        );
      } catch (error) {
        if (!(error instanceof TableFullError)) throw error;
        this.#grow(grown(capacitiesOf(this.#store.definitions), error.table));
      }
    }
  }

  #makeRoom({ services }: DirectorState): void {
    const present = capacitiesOf(this.#store.definitions);
    const roomy = withRoom(present, slotsFor(this.#registry, services));
    const grows = roomy.services > present.services || roomy.realServers > present.realServers;
    if (grows) this.#grow(roomy);
  }

  #grow(capacities: Capacities): void {
    this.#finishInterrupted();
    const growth = Growth.begin(this.#store, capacities);
    const recent = this.#programsFor(growth.store);
    const programs = this.#programs && recent.of(this.#programs.features);
    const running = isRunning(programs) ? [...this.#attachments.values()] : [];
    try {
      for (const place of running.flatMap(({ places }) => places)) programs?.load(place);
    } catch (error) {
      recent[Symbol.dispose]();
      growth.abandon();
      throw error;
    }
    growth.fill();
    if (programs !== undefined) {
      for (const attachment of running) attachment.run((place) => programs.load(place));
    }
    this.#store = growth.store;
    this.#registry.move(growth.store.open('services'), growth.store.open('realServers'));
    growth.finish(this.#registry);
    this.#watch.restart(this.#statistics, this.#registry);
    this.#recent[Symbol.dispose]();
    this.#recent = recent;
    this.#programs = programs;
  }

  /** By now, programs of the new tables are on every device. */
  #finishInterrupted(): void {
    this.#interrupted?.finish(this.#registry);
    this.#interrupted = undefined;
  }

  /**
   * Runs programs with these features on every device. Those in use stay if they have them, and more: a
   * deletion does not wait for programs to be made that can do less.
   */
  #run(features: Features): void {
    if (this.#suffices(features) && !this.#recent.has(features)) return;
    const programs = this.#recent.of(features);
    if (programs === this.#programs) return;
    if (!isIdle(features)) {
      for (const attachment of this.#attachments.values()) {
        attachment.run((place) => programs.load(place));
      }
    }
    this.#programs = programs;
    this.#recent.forgetOld();
  }

  /** Whether the programs that run can do as much. */
  #suffices(features: Features): boolean {
    const running = this.#programs?.features;
    return running !== undefined && !isIdle(features) && covers(running, features);
  }

  /** Balances on a device, or goes on doing so. Throws if the hook is not to be had there. */
  attach(device: Device): void {
    this.#attachments.get(device.ifindex)?.release();
    this.#attachments.delete(device.ifindex);
    const attachment = new Attachment(device, this.#options.pinDirectory);
    const programs = this.#programs;
    if (programs !== undefined && !isIdle(programs.features)) {
      attachment.run((place) => programs.load(place));
    }
    this.#attachments.set(device.ifindex, attachment);
  }

  detach(ifindex: number): void {
    this.#attachments.get(ifindex)?.detach();
    this.#attachments.delete(ifindex);
  }

  attached(): readonly Device[] {
    return [...this.#attachments.values()].map(({ device }) => device);
  }

  /** Tells the way to a real server's address; undefined: there is none any more. */
  setNextHop(address: IpAddress, hop: NextHop | undefined): void {
    if (hop === undefined) this.#hops.delete(address);
    else this.#hops.set(address, hop);
    writeNextHop(this.#registry, address, hop);
  }

  /** Tells all devices whose frames may be handed to their other end, which is in another network namespace. */
  setPeers(ifindexes: ReadonlySet<number>): void {
    if (this.#options.peers === false) return;
    writeSet(this.#store.open('peers'), peerWords(ifindexes));
  }

  status(): { readonly services: readonly ServiceStatus[] } {
    this.#finishInterrupted();
    return { services: readStatus(this.#statistics, this.#registry) };
  }

  /** Connections of all real servers that are configured, active and inactive ones. */
  connectionCount(): number {
    return countConnections(this.#registry);
  }

  /** Services and real servers that have counted since this was called last. */
  movements(): readonly Movement[] {
    this.#finishInterrupted();
    return this.#watch.movements(this.#statistics, this.#registry);
  }

  /** Packets dropped since the start, by reason. */
  drops(): { readonly reason: string; readonly packets: number }[] {
    return dropCounts(this.#store.open('drops'));
  }

  *connections(): Generator<ConnectionRecord> {
    if (this.#programs === undefined || isIdle(this.#programs.features)) return;
    const ticks = { now: this.#sweep().now, perSecond: this.#ticksPerSecond };
    yield* listEverything(this.#store, this.#registry, ticks);
  }

  /** Connections and templates that other directors shall hear of, as they come. */
  watchAnnouncements(onConnection: (connection: SynchronisedConnection) => void): Disposable {
    return watchAnnouncements(this.#store, () => this.#telling, onConnection);
  }

  /** Announcements that were lost since the start because nobody read them in time. */
  lostAnnouncements(): number {
    return lostAnnouncements(this.#store);
  }

  /** Everything that another director must know to go on with all connections. */
  synchronisedConnections(): Iterable<SynchronisedConnection> {
    if (!isRunning(this.#programs)) return [];
    return everyConnection(this.#store, this.#telling, this.#sweep().now);
  }

  /** Enters connections of other directors. `deviceOf` tells by which device a client is reached. */
  adopt(
    connections: readonly SynchronisedConnection[],
    deviceOf: (client: Uint8Array) => number,
  ): readonly AdoptionOutcome[] {
    const program = isRunning(this.#programs) ? this.#programs?.load('adopt') : undefined;
    return adoptInKernel(this.#store, program, connections, { ...this.#telling, deviceOf });
  }

  get #telling(): Telling {
    const { timeouts } = this.#state;
    return { registry: this.#registry, ticksPerSecond: this.#ticksPerSecond, timeouts };
  }

  zero(key?: ServiceKey): void {
    this.#finishInterrupted();
    const only = key === undefined ? undefined : this.#registry.findService(key);
    if (key === undefined || only !== undefined) {
      zeroStatistics(this.#statistics, this.#registry, only);
    }
  }

  /** Removes expired connections, and deleted real servers that none refers to any more. */
  sweep(): { readonly visited: number; readonly expired: number } {
    if (this.#programs === undefined || isIdle(this.#programs.features)) {
      return { visited: 0, expired: 0 };
    }
    this.#finishInterrupted();
    const { visited, expired, left4, left6 } = this.#sweep();
    this.#connections = Math.max(Number(left4), Number(left6));
    if (nowMs() >= this.#forgetMtusAtMs) {
      this.#forgetMtusAtMs = nowMs() + mtuLifeMs;
      forgetPathMtus(this.#registry, this.#hops);
    }
    collectTrash(
      this.#registry,
      nowMs(),
      () => cachedSlotsOf(this.#store, this.#registry),
      (server) => forgetServer(this.#statistics, server),
    );
    return { visited: Number(visited), expired: Number(expired) };
  }

  #sweep(): Infer<typeof SweepReport> {
    const { dropEntry, patienceSeconds = 0 } = this.#defend();
    const order = SweepReport.encode({
      ...noReport,
      dropEntry: dropEntry ? 1n : 0n,
      patience: BigInt(patienceSeconds * this.#ticksPerSecond),
    });
    const program = this.#programs?.load('sweep');
    return program === undefined
      ? noReport
      : SweepReport.decode(runSyscallProgram(program, order).context);
  }

  /** Brings the defences into force that the present state of memory and tables asks for. */
  #defend(): Defence {
    const { capacity } = this.#store.definitions.connections4;
    const availablePages = Math.floor(freemem() / 4096);
    const resources = { availablePages, connections: this.#connections, capacity };
    const defence = defenceWith(resources, this.#settings);
    writeDefence(this.#store.open('settings'), defence);
    return defence;
  }

  /** Connections thrown out before their time since the start, by reason. */
  evictions(): { readonly reason: string; readonly connections: number }[] {
    return evictionCounts(this.#store.open('evictions'));
  }

  /** Takes the programs off every device and forgets all state, that of earlier processes included. */
  destroy(): void {
    for (const attachment of this.#attachments.values()) attachment.detach();
    this.#attachments.clear();
    removeFilters();
    const directory = this.#options.pinDirectory;
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    this[Symbol.dispose]();
  }

  /** Closes descriptors. What is pinned goes on running. */
  [Symbol.dispose](): void {
    for (const attachment of this.#attachments.values()) attachment.release();
    this.#assembler?.[Symbol.dispose]();
    this.#recent[Symbol.dispose]();
    this.#programs = undefined;
    this.#store[Symbol.dispose]();
  }
}

const noReport = SweepReport.decode(new Uint8Array(SweepReport.sizeBytes));

const nowMs = (): number => performance.now();

/** How long a path MTU that a router told is believed, at most: `net.ipv4.route.mtu_expires`. */
const mtuLifeMs = 600_000;

const registryOf = (store: MapStore): Registry =>
  new Registry(store.open('services'), store.open('realServers'), nowMs());

const isRunning = (programs: Programs | undefined): boolean =>
  programs !== undefined && !isIdle(programs.features);
