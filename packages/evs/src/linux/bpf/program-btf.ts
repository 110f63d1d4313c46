import { encodeBtf, type Program, type ProgramBtf } from '@evs/ebpf';
import { loadBtf } from './load-btf.ts';
import { sourceLocation } from './source-location.ts';

/** Functions and source lines of a program in the kernel; close `fd` when the program is loaded. */
export interface LoadedProgramBtf {
  readonly fd: number;
  readonly functionInfo: Uint8Array;
  readonly lineInfo: Uint8Array;
}

/** Describes a program with the TypeScript lines that it was made from. Reads sources or source maps. */
export const encodeProgramBtf = (program: Program): ProgramBtf =>
  encodeBtf(program, { resolve: sourceLocation });

export function loadProgramBtf(
  program: Program,
  { blob, functionInfo, lineInfo }: ProgramBtf = encodeProgramBtf(program),
): LoadedProgramBtf {
  return { fd: loadBtf(blob, `program ${program.name}`), functionInfo, lineInfo };
}
