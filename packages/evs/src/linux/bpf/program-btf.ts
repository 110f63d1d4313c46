import { encodeBtf, type Program } from '@evs/ebpf';
import { loadBtf } from './load-btf.ts';
import { sourceLocation } from './source-location.ts';

/** Functions and source lines of a program in the kernel; close `fd` when the program is loaded. */
export interface LoadedProgramBtf {
  readonly fd: number;
  readonly functionInfo: Uint8Array;
  readonly lineInfo: Uint8Array;
}

export function loadProgramBtf(program: Program): LoadedProgramBtf {
  const { blob, functionInfo, lineInfo } = encodeBtf(program, { resolve: sourceLocation });
  return { fd: loadBtf(blob, `program ${program.name}`), functionInfo, lineInfo };
}
