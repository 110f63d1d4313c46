import { spawnSync } from 'node:child_process';
import { BuildError, disassemble, Machine, type Program } from '@evs/ebpf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  emitProgram,
  evaluateProgram,
  generatePacket,
  generateProgram,
  keysOf,
  mapNames,
  mapOf,
  MapsModel,
  Random,
  Value,
  type GeneratedProgram,
  type MapName,
} from '../../../ebpf/test/generated/index.ts';
import {
  createMap,
  kernelRelease,
  loadProgram,
  testRun,
  VerifierError,
  type KernelMap,
} from '../../src/linux/index.ts';
import { patient } from './slowness.ts';

/** Other seeds, or more of them: EVS_DIFFERENTIAL_SEED=5000 EVS_DIFFERENTIAL_PROGRAMS=20000. */
const firstSeed = Number(process.env['EVS_DIFFERENTIAL_SEED'] ?? 1);
const programs = Number(process.env['EVS_DIFFERENTIAL_PROGRAMS'] ?? 700);
const packetsEach = 16;
/** A guard for very slow machines; some 30 seconds are enough on two idle processors. */
const secondsAtMost = patient(240);
/** The kernel's test run wants an Ethernet header and, at tc, an IPv4 header if the Ethertype says so. */
const shortestPacket = { xdp: 14, tc: 34 } as const;
/** Per-CPU values are compared on this one, where all programs run. */
const processor = 0;

const maps = new Map<MapName, KernelMap>();

beforeAll(() => {
  spawnSync('taskset', ['--cpu-list', '--pid', `${processor}`, `${process.pid}`]);
  for (const name of mapNames) maps.set(name, createMap(mapOf(name)));
});
afterAll(() => {
  for (const map of maps.values()) map[Symbol.dispose]();
});

const kernelMap = (name: MapName): KernelMap => {
  const map = maps.get(name);
  if (map === undefined) throw new TypeError(`no map ${name}`);
  return map;
};

/** Leaves hashes empty and arrays zero. */
function resetMaps(): void {
  const zeros = Value.decode(new Uint8Array(Value.sizeBytes));
  for (const name of mapNames) {
    const isArray = mapOf(name).kind.toLowerCase().endsWith('array');
    for (const key of keysOf(name)) {
      if (isArray) kernelMap(name).set(key, zeros);
      else kernelMap(name).delete(key);
    }
  }
}

/** Contents of all maps, in the words of `MapsModel`. */
function contents(valueOf: (name: MapName, key: Record<string, number>) => unknown): unknown {
  return Object.fromEntries(
    mapNames.map((name) => [
      name,
      Object.fromEntries(
        keysOf(name).flatMap((key) => {
          const value = valueOf(name, key);
          const bytes = value === undefined ? [] : [Value.encode(value as never).join()];
          return bytes.map((text) => [Object.values(key).join(), text]);
        }),
      ),
    ]),
  );
}

/** BPF_F_ADJ_ROOM_DECAP_L3_IPV4 and _IPV6 of bpf_skb_adjust_room, which Linux knows since 6.3. */
const newFlags = (1 << 7) | (1 << 8);
const { major, minor } = kernelRelease();
const hasNewFlags = major > 6 || (major === 6 && minor >= 3);

/** Whether a program, or a part of one, asks for what this kernel does not know. */
const isTooNew = (part: unknown): boolean =>
  !hasNewFlags &&
  typeof part === 'object' &&
  part !== null &&
  (('how' in part &&
    part.how === 'adjustRoom' &&
    'flags' in part &&
    (Number(part.flags) & newFlags) !== 0) ||
    Object.values(part).some(isTooNew));

/** Undefined if the program is too large: for its stack, or for the verifier's patience. */
function emitted(generated: GeneratedProgram): Program | undefined {
  try {
    return emitProgram(generated);
  } catch (error) {
    if (error instanceof BuildError && error.message.includes('stack')) return undefined;
    throw error;
  }
}

/** Runs a program on all its packets, three ways, and compares. False if it was too large. */
function compareOn(generated: GeneratedProgram): boolean {
  const program = emitted(generated);
  if (program === undefined) return false;
  resetMaps();
  using loaded = loadProgram(
    program,
    new Map(mapNames.map((name) => [mapOf(name), kernelMap(name)])),
  );
  const machine = new Machine(program, { processors: 2, processor });
  const model = new MapsModel();
  const random = new Random(generated.seed);
  for (let index = 0; index < packetsEach; index++) {
    const packet = generatePacket(random, shortestPacket[generated.hook]);
    const wanted = evaluateProgram(generated, packet, model);
    const interpreted = machine.run(program, packet);
    const run = testRun(loaded, packet);
    const answers = {
      meaning: `${wanted.verdict}: ${wanted.packet.join()}`,
      interpreter: `${interpreted.verdict}: ${interpreted.packet.join()}`,
      kernel: `${run.verdict >>> 0}: ${run.packet.join()}`,
    };
    if (new Set(Object.values(answers)).size > 1) {
      const input = `packet ${index} of ${packet.length} bytes`;
      throw new Error(`${input}: ${JSON.stringify(answers, null, 2)}\n${disassemble(program)}`);
    }
  }
  const inKernel = contents((name, key) => kernelMap(name).getPerCpu(key)[cpuIndex(name)]);
  const inMachine = contents(
    (name, key) => machine.map(mapOf(name)).getPerCpu(key)[cpuIndex(name)],
  );
  expect(inMachine, `maps of the interpreter\n${disassemble(program)}`).toEqual(model.state());
  expect(inKernel, `maps of the kernel\n${disassemble(program)}`).toEqual(inMachine);
  return true;
}

const cpuIndex = (name: MapName): number => (name.startsWith('perCpu') ? processor : 0);

test(
  'generated programs do the same in the interpreter and in the kernel, and what they mean',
  { timeout: 2 * secondsAtMost * 1000 },
  () => {
    const until = performance.now() + secondsAtMost * 1000;
    let compared = 0;
    let tooLarge = 0;
    let tooNew = 0;
    for (let seed = firstSeed; seed < firstSeed + programs && performance.now() < until; seed++) {
      try {
        const generated = generateProgram(seed);
        if (isTooNew(generated)) tooNew += 1;
        else if (compareOn(generated)) compared += 1;
        else tooLarge += 1;
      } catch (error) {
        const complex = error instanceof VerifierError && error.message.includes('too large');
        if (!complex)
          throw new Error(`Seed ${seed}: EVS_DIFFERENTIAL_SEED=${seed} repeats it`, {
            cause: error,
          });
        tooLarge += 1;
      }
    }

    expect(tooLarge).toBeLessThan(1 + compared / 20);
    expect(tooNew).toBeLessThan(1 + compared / 10);
    expect(compared + tooLarge + tooNew).toBe(programs);
    console.log(
      `${compared} programs × ${packetsEach} packets compared, ${tooLarge} too large, ${tooNew} too new`,
    );
  },
);
