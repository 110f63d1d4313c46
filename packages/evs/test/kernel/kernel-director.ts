import type { BpfMap } from '@evs/ebpf';
import { MapStore } from '../../src/dataplane/control/map-store.ts';
import { Programs } from '../../src/dataplane/control/programs.ts';
import { SweepReport } from '../../src/dataplane/layouts.ts';
import {
  defineMaps,
  type Capacities,
  type DirectorMaps,
  type MapName,
} from '../../src/dataplane/maps.ts';
import {
  jiffies,
  runSyscallProgram,
  testRun,
  ticksPerSecond,
  type KernelProgram,
} from '../../src/linux/index.ts';
import {
  TestDirector,
  testCapacities,
  verdicts,
  type Outcome,
  type Place,
} from '../fixtures/test-director.ts';

/** A director whose programs are in the kernel but on no device: packets come by BPF_PROG_TEST_RUN. */
export class KernelDirector extends TestDirector implements Disposable {
  readonly ticksPerSecond = ticksPerSecond();
  readonly #store: MapStore;
  #programs: Programs | undefined;

  constructor(capacities: Partial<Capacities> = {}) {
    super();
    this.#store = new MapStore(defineMaps({ ...testCapacities, ...capacities }), undefined);
  }

  open<N extends MapName>(name: N): BpfMap<DirectorMaps[N]['key'], DirectorMaps[N]['value']> {
    return this.#store.open(name);
  }

  /** The loaded program for the present configuration. */
  programOf(place: Place | 'sweep'): KernelProgram {
    const { features } = this;
    if (features === undefined) throw new Error('Nothing is published yet');
    if (JSON.stringify(this.#programs?.features) !== JSON.stringify(features)) {
      this.#programs?.[Symbol.dispose]();
      this.#programs = new Programs(this.#store, features);
    }
    return (this.#programs ?? new Programs(this.#store, features)).load(place);
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

  sweep(): { visited: number; expired: number } {
    const report = new Uint8Array(SweepReport.sizeBytes);
    const { visited, expired } = SweepReport.decode(
      runSyscallProgram(this.programOf('sweep'), report).context,
    );
    return { visited: Number(visited), expired: Number(expired) };
  }

  [Symbol.dispose](): void {
    this.#programs?.[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }
}
