import type { Instruction, MapDefinition, Program, ProgramKind } from '@evs/ebpf';

/** One instruction of a program that a test writes by hand. */
export const instruction = (
  opcode: number,
  destination: number,
  source: number,
  offset: number,
  immediate: number,
): Instruction => ({ opcode, destination, source, offset, immediate });

/** r = n, 64 bits, sign-extended. */
export const move = (register: number, n: number): Instruction =>
  instruction(0xb7, register, 0, 0, n);
/** The two slots of a map reference, still without the map. */
export const mapReference = (register: number): readonly Instruction[] => [
  instruction(0x18, register, 0, 0, 0),
  instruction(0, 0, 0, 0, 0),
];
export const exit = instruction(0x95, 0, 0, 0, 0);

/** Counts of a program that a test writes by hand. */
export interface HandMade {
  readonly kind: ProgramKind;
  readonly name: string;
  readonly instructions: readonly Instruction[];
  /** Instruction index → map. */
  readonly maps?: readonly (readonly [number, MapDefinition, ('map' | 'value')?, number?])[];
  readonly contextBytes?: number;
}

/** A program without the builder, so that these tests depend on nothing above the kernel's interface. */
export const handMade = ({
  kind,
  name,
  instructions,
  maps = [],
  contextBytes = 0,
}: HandMade): Program => ({
  kind,
  name,
  license: 'Dual MIT/GPL',
  instructions,
  relocations: maps.map(([at, map, as = 'map', offset = 0]) => ({ at, map, kind: as, offset })),
  functions: [{ name, at: 0 }],
  origins: [],
  maps: [...new Set(maps.map(([, map]) => map))],
  stackBytes: 0,
  contextBytes,
});

/** A program that does nothing but answer. */
export const verdict = (kind: ProgramKind, name: string, result: number): Program =>
  handMade({ kind, name, instructions: [move(0, result), exit] });
