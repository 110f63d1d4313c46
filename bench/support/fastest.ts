import { testRun, type KernelProgram } from '../../packages/evs/src/linux/index.ts';

/** A program and the packet it is run on; the packet of a run is what the run before left of it. */
export interface Trial {
  readonly name: string;
  readonly program: KernelProgram;
  readonly packet: Uint8Array;
  /** A run that ends otherwise has measured something else. */
  readonly verdict: number;
}

/**
 * Nanoseconds of one run of each, the least of many short ones: what a program costs when nothing disturbs it.
 * All take turns, so that a change of clock rate or a noisy neighbour meets them alike.
 */
export function fastest(
  trials: readonly Trial[],
  options: { readonly rounds: number; readonly repeat: number },
): Map<string, number> {
  const best = new Map<string, number>();
  for (let round = 0; round < options.rounds; round++) {
    for (const { name, program, packet, verdict } of trials) {
      const result = testRun(program, packet, { repeat: options.repeat });
      if (result.verdict !== verdict) {
        throw new Error(`${name} ended with verdict ${result.verdict} instead of ${verdict}`);
      }
      best.set(name, Math.min(best.get(name) ?? Infinity, result.durationNs));
    }
  }
  return best;
}
