import { Command } from 'commander';
import { servicePort, vip } from '../topology.ts';
import { monotonicMs, probe } from './probe.ts';

const intervalMs = 20;
const notableMs = 100;

/** `evs lab probe`: on a client of a kept lab, says when nobody answered for the service, and for how long. */
export const probeCommand = (): Command =>
  new Command('probe')
    .description("asks for the service's page every 20 ms; says when nobody answered, and how long")
    .option('--times', 'print the time of every question that was answered instead')
    .action((options: { readonly times?: boolean }) => {
      const onAnswer = options.times === true ? printTime : printSilences();
      probe({ host: vip, port: servicePort, intervalMs, onAnswer });
    });

const printTime = (askedAtMs: number): boolean => process.stdout.write(`${askedAtMs}\n`);

function printSilences(): (askedAtMs: number) => void {
  let last = monotonicMs();
  return (askedAtMs) => {
    const silence = askedAtMs - last;
    if (silence >= notableMs) process.stdout.write(`No answer for ${silence.toFixed(0)} ms\n`);
    last = Math.max(last, askedAtMs);
  };
}
