import type { MapDefinition } from '../map/index.ts';
import type { Parameter } from './parameter.ts';

/** Kinds of program, with their numbers in `enum bpf_prog_type` of include/uapi/linux/bpf.h. */
export const programKind = { tc: 3, xdp: 6, syscall: 31 } as const;
export type ProgramKind = keyof typeof programKind;

/** One instruction slot of 8 bytes, RFC 9669 section 3. A 64-bit immediate takes two slots. */
export interface Instruction {
  readonly opcode: number;
  readonly destination: number;
  readonly source: number;
  /** Signed, 16 bits. */
  readonly offset: number;
  /** Signed, 32 bits. */
  readonly immediate: number;
}

/** Where an instruction's map reference must be filled in once the map exists. */
export interface MapRelocation {
  /** Index of the (first slot of the) LD_IMM64 instruction. */
  readonly at: number;
  readonly map: MapDefinition;
  /** `map`: the map itself (source register 1). `value`: the address of array entry 0 plus `offset` (2). */
  readonly kind: 'map' | 'value';
  readonly offset: number;
}

/** A function within a program: the entry first, then subprograms and callbacks in order of their code. */
export interface ProgramFunction {
  readonly name: string;
  readonly at: number;
  /** Of a subprogram, which the verifier looks at apart from its callers; undefined for entries and callbacks. */
  readonly parameters?: readonly Parameter[];
}

/** Which source text an instruction came from: an unparsed stack of the place that asked for it. */
export interface SourceOrigin {
  readonly at: number;
  /** Lines of `Error.stack` without the first, innermost frame first; builder frames included. */
  readonly stack: () => string;
  /** Names of the builder's steps around the instruction, outermost first. */
  readonly path: readonly string[];
}

/** An assembled program: what a loader needs, and what the interpreter runs. */
export interface Program {
  readonly kind: ProgramKind;
  /** At most 15 characters reach the kernel. */
  readonly name: string;
  readonly license: string;
  readonly instructions: readonly Instruction[];
  readonly relocations: readonly MapRelocation[];
  readonly functions: readonly ProgramFunction[];
  readonly origins: readonly SourceOrigin[];
  /** Every map referred to, in order of first use. */
  readonly maps: readonly MapDefinition[];
  /** Bytes of stack that the deepest chain of calls uses, at most 512. */
  readonly stackBytes: number;
  /** SYSCALL programs only: size of the context that test_run passes. */
  readonly contextBytes: number;
}
