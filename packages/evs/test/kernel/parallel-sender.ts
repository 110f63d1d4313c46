import { readFileSync } from 'node:fs';
import { testRun, type KernelProgram } from '../../src/linux/index.ts';

/** What a sender reads from its input: packets in hexadecimal, and how often to send one of them. */
export interface SenderTask {
  readonly packets: readonly string[];
  readonly count: number;
  readonly seed: number;
}
/** How often each verdict came; printed in the end. */
export type SenderReport = Readonly<Record<number, number>>;

/** Descriptor 3 is an XDP program. */
const program = { fd: 3, kind: 'xdp', name: 'evs_director' } as KernelProgram;

/** Runs the program on packets in a random order; several processes do so at once. */
function send({ packets, count, seed }: SenderTask): SenderReport {
  const bytes = packets.map((packet) => Buffer.from(packet, 'hex'));
  const verdicts: Record<number, number> = {};
  let state = seed;
  for (let sent = 0; sent < count; sent++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const packet = bytes[(state >>> 8) % bytes.length] ?? Buffer.alloc(64);
    const { verdict } = testRun(program, packet);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  return verdicts;
}

const task = JSON.parse(readFileSync(0, 'utf8')) as SenderTask;
process.stdout.write(JSON.stringify(send(task)));
