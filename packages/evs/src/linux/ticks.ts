import type { Instruction, Program } from '@evs/ebpf';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { KernelProgram } from './bpf/kernel-program.ts';
import { loadProgram } from './bpf/load-program.ts';
import { runSyscallProgram } from './bpf/test-run.ts';

/** CONFIG_HZ can be nothing else: kernel/Kconfig.hz, and 1024 on some other architectures. */
const possible = [100, 250, 300, 1000] as const;
const sampleMs = 60;

let ticks: number | undefined;

/**
 * How often a second the kernel counts jiffies, which programs stamp connections with. Read from the kernel's
 * configuration, or measured, which takes 60 ms.
 */
export function ticksPerSecond(): number {
  ticks ??= configuredTicks() ?? measuredTicks();
  return ticks;
}

/** CONFIG_HZ, if the kernel's configuration can be read. */
export function configuredTicks(): number | undefined {
  const sources = [
    () => gunzipSync(readFileSync('/proc/config.gz')).toString(),
    () => readFileSync(`/boot/config-${release()}`, 'utf8'),
  ];
  for (const read of sources) {
    try {
      const line = /^CONFIG_HZ=(\d+)$/m.exec(read());
      if (line !== null) return Number(line[1]);
    } catch {
      // Not there: most kernels have one of the two, or neither.
    }
  }
  return undefined;
}

let reader: KernelProgram | undefined;

/** The kernel's count of ticks since boot, as programs see it. One system call. */
export function jiffies(): bigint {
  reader ??= loadProgram(readJiffies);
  const { context } = runSyscallProgram(reader, new Uint8Array(8));
  return new DataView(context.buffer).getBigUint64(0, true);
}

/** Counts jiffies between two of their edges, against the monotonic clock. */
export function measuredTicks(): number {
  const first = nextEdge();
  while (process.hrtime.bigint() - first.atNs < BigInt(sampleMs) * 1_000_000n);
  const last = nextEdge();
  const seconds = Number(last.atNs - first.atNs) / 1e9;
  return nearestRate(Number(last.jiffies - first.jiffies) / seconds);
}

/** The possible rate that a measurement means. */
export const nearestRate = (measured: number): number =>
  possible.toSorted((a, b) => Math.abs(a - measured) - Math.abs(b - measured))[0] ?? 250;

/** Waits until jiffies change. */
function nextEdge(): { jiffies: bigint; atNs: bigint } {
  const before = jiffies();
  for (;;) {
    const now = jiffies();
    if (now !== before) return { jiffies: now, atNs: process.hrtime.bigint() };
  }
}

const instruction = (
  opcode: number,
  destination: number,
  source: number,
  immediate: number,
): Instruction => ({ opcode, destination, source, offset: 0, immediate });

/** Writes jiffies64 to its context. */
const readJiffies: Program = {
  kind: 'syscall',
  name: 'evs_jiffies',
  license: 'Dual MIT/GPL',
  instructions: [
    instruction(0xbf, 6, 1, 0), // r6 = r1
    instruction(0x85, 0, 0, 118), // call jiffies64
    instruction(0x7b, 6, 0, 0), // *(u64 *)(r6 + 0) = r0
    instruction(0xb7, 0, 0, 0), // r0 = 0
    instruction(0x95, 0, 0, 0), // exit
  ],
  relocations: [],
  functions: [{ name: 'evs_jiffies', at: 0 }],
  origins: [],
  maps: [],
  stackBytes: 0,
  contextBytes: 8,
};
