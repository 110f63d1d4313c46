import type { Program } from '@evs/ebpf';
import type { KernelProgram } from '../../packages/evs/src/linux/index.ts';

/** A program with its tables filled in. */
export interface Balancer extends Disposable {
  readonly program: Program;
  /** Loads a program that shares the tables. */
  load(program: Program): KernelProgram;
}
