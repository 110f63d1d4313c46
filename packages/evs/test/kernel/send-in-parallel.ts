import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { KernelProgram } from '../../src/linux/index.ts';
import type { SenderReport, SenderTask } from './parallel-sender.ts';

const senders = 4;

interface Sending {
  readonly program: KernelProgram;
  readonly packets: readonly Uint8Array[];
  /** How many packets each process sends. */
  readonly count: number;
}

/**
 * Sends packets in random orders from several processes at once; meanwhile `alongside` is called again and again.
 * How often each verdict came.
 */
export async function sendInParallel(
  { program, packets, count }: Sending,
  alongside: () => void = () => {},
): Promise<SenderReport> {
  let running = senders;
  const reports = Array.from({ length: senders }, async (_, index) => {
    const report = await sendApart(program.fd, {
      packets: packets.map((packet) => Buffer.from(packet).toString('hex')),
      count,
      seed: index * 7919 + 1,
    });
    running--;
    return report;
  });
  while (running > 0) {
    alongside();
    await delay(1);
  }
  const sum: Record<number, number> = {};
  for (const report of await Promise.all(reports)) {
    for (const [verdict, number] of Object.entries(report)) {
      sum[Number(verdict)] = (sum[Number(verdict)] ?? 0) + number;
    }
  }
  return sum;
}

async function sendApart(program: number, task: SenderTask): Promise<SenderReport> {
  const file = `${import.meta.dirname}/parallel-sender.ts`;
  const words = ['--import', 'tsx', '--conditions=source', file];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit', program] });
  child.stdin?.end(JSON.stringify(task));
  return (await json(child.stdout as Readable)) as SenderReport;
}
