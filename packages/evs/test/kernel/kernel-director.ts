import type { BpfMap, Program } from '@evs/ebpf';
import { MapStore } from '../../src/dataplane/control/map-store.ts';
import { readAnnouncement } from '../../src/dataplane/control/told-connection.ts';
import { initialState, type SynchronisedConnection } from '../../src/director/index.ts';
import { AdoptionOrder, SweepReport } from '../../src/dataplane/layouts.ts';
import { type Capacities, type DirectorMaps, type MapName } from '../../src/dataplane/maps.ts';
import {
  jiffies,
  type KernelMap,
  RingBufferReader,
  loadProgram,
  runSyscallProgram,
  testRun,
  ticksPerSecond,
  type KernelProgram,
} from '../../src/linux/index.ts';
import { assembled, tablesOf } from '../fixtures/assembled.ts';
import {
  TestDirector,
  verdicts,
  type Outcome,
  type Place,
  type SweepOrder,
} from '../fixtures/test-director.ts';

/** A director whose programs are in the kernel but on no device: packets come by BPF_PROG_TEST_RUN. */
export class KernelDirector extends TestDirector implements Disposable {
  readonly ticksPerSecond = ticksPerSecond();
  readonly #store: MapStore;
  readonly #loaded = new Map<Program, KernelProgram>();

  constructor(capacities: Partial<Capacities> = {}) {
    super();
    this.#store = new MapStore(tablesOf(capacities), undefined);
  }

  open<N extends MapName>(name: N): BpfMap<DirectorMaps[N]['key'], DirectorMaps[N]['value']> {
    return this.#store.open(name);
  }

  /** The loaded program for the present configuration. */
  programOf(place: Place | 'sweep' | 'adopt'): KernelProgram {
    const { features } = this;
    if (features === undefined) throw new Error('Nothing is published yet');
    const program = assembled(this.#store.definitions, features, place);
    const loaded =
      this.#loaded.get(program) ?? loadProgram(program, this.#store.forProgram(program));
    this.#loaded.set(program, loaded);
    return loaded;
  }

  /** Empties its tables as those of a new director are. Programs stay loaded: verifying them takes long. */
  restart(): void {
    for (const [name, { kind }] of Object.entries(this.#store.definitions)) {
      if (!kind.toLowerCase().endsWith('hash') || !this.#store.exists(name as MapName)) continue;
      const table: BpfMap = this.open(name as MapName);
      for (const [key] of [...table.entries()]) table.delete(key);
    }
    for (const name of ['services', 'realServers'] as const) {
      new Uint8Array(this.open(name).view(0).buffer).fill(0);
    }
    this.state = initialState;
    this.takeOver();
  }

  /** The kernel does not tell where a redirect went. Packets always come in by the loopback device. */
  run(place: Place, packet: Uint8Array): Outcome {
    const result = testRun(this.programOf(place), packet);
    const verdict = verdicts[place][result.verdict];
    if (verdict === undefined) throw new Error(`${place} returned ${result.verdict}`);
    return { verdict, packet: result.packet };
  }

  now(): bigint {
    return jiffies();
  }

  protected runAdopt(count: number): void {
    runSyscallProgram(this.programOf('adopt'), AdoptionOrder.encode({ count }));
  }

  announcements(): SynchronisedConnection[] {
    const ring = this.#store.open('announcements') as unknown as KernelMap;
    this.#ring ??= new RingBufferReader(ring);
    const told: SynchronisedConnection[] = [];
    this.#ring.drain((record) => told.push(readAnnouncement(record, this.telling)));
    return told;
  }
  #ring: RingBufferReader | undefined;

  sweep(order?: SweepOrder): { visited: number; expired: number } {
    const { visited, expired } = SweepReport.decode(
      runSyscallProgram(this.programOf('sweep'), this.sweepOrder(order)).context,
    );
    return { visited: Number(visited), expired: Number(expired) };
  }

  [Symbol.dispose](): void {
    for (const program of this.#loaded.values()) program[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }
}
