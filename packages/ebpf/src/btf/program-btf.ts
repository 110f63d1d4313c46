import { SkBuff, XdpContext } from '../program/hooks.ts';
import type { Parameter } from '../program/parameter.ts';
import type { Program, ProgramFunction } from '../program/program.ts';
import { lineRecords, type ResolvePlace } from './line-records.ts';
import { structType } from './struct-type.ts';
import { TypeTable } from './type-table.ts';

/** Types and debugging information of a program, for BPF_PROG_LOAD. */
export interface ProgramBtf {
  readonly blob: Uint8Array;
  /** `struct bpf_func_info`, 8 bytes each: instruction, type of the function. */
  readonly functionInfo: Uint8Array;
  /** `struct bpf_line_info`, 16 bytes each: instruction, file, text of the line, line and column. */
  readonly lineInfo: Uint8Array;
}

/**
 * Describes a program's functions, which callbacks of helpers require, and its source lines, which the
 * verifier's log and `bpftool prog dump` print between the instructions.
 */
export function encodeBtf(
  program: Program,
  options: { readonly resolve: ResolvePlace },
): ProgramBtf {
  const types = new TypeTable();
  const plain = types.prototype(types.unsigned('u32', 4));
  const functions = program.functions.map((entry) => [entry.at, functionType(types, entry, plain)]);
  const lines = lineRecords(program, types.strings, options.resolve);
  return {
    blob: types.encode(),
    functionInfo: wordBytes(functions.flat()),
    lineInfo: wordBytes(lines.flat()),
  };
}

/** The verifier takes no callback that is global. */
function functionType(
  types: TypeTable,
  { name, parameters }: ProgramFunction,
  plain: number,
): number {
  if (parameters === undefined) return types.function(name, plain, 'static');
  const of = parameters.map((parameter) => parameterType(types, parameter));
  return types.function(name, types.prototype(types.unsigned('u64', 8), of), 'global');
}

function parameterType(types: TypeTable, parameter: Parameter): number {
  if (parameter.kind === 'scalar') return types.unsigned('u64', 8);
  if (parameter.kind === 'struct') return types.pointer(structType(types, parameter));
  return types.pointer(structType(types, parameter.hook === 'xdp' ? XdpContext : SkBuff));
}

function wordBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  return bytes;
}
