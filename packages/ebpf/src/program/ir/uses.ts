import type { Block } from './function.ts';
import type { Input } from './input.ts';
import type { BlockEnd, Instruction } from './instruction.ts';

type Any = Instruction | BlockEnd;
type Kind = Any['kind'];
type Of<K extends Kind> = Extract<Any, { readonly kind: K }>;

/** Where the kinds of instruction keep what they read. */
const fields: { readonly [K in Kind]: readonly (keyof Of<K>)[] } = {
  argument: [],
  move: ['source'],
  alu: ['left', 'right'],
  negate: ['source'],
  swap: ['source'],
  load: ['base'],
  store: ['base', 'value'],
  begin: [],
  zero: [],
  atomic: ['base', 'value', 'expected'],
  call: ['inputs'],
  jump: [],
  branch: ['left', 'right'],
  return: ['value'],
};

type Fields = Readonly<Record<string, Input | readonly Input[] | undefined>>;

const isList = (value: Input | readonly Input[]): value is readonly Input[] => Array.isArray(value);

/** Everything an instruction or block end reads, in a fixed order. */
export function inputsOf(instruction: Any): readonly Input[] {
  const values = instruction as unknown as Fields;
  return fields[instruction.kind].flatMap((field) => values[field] ?? []);
}

/** The same instruction, reading something else. */
export function mapInputs<I extends Any>(instruction: I, change: (input: Input) => Input): I {
  const names: readonly string[] = fields[instruction.kind];
  if (names.length === 0) return instruction;
  const values = instruction as unknown as Fields;
  const changed: Record<string, Input | readonly Input[]> = {};
  for (const name of names) {
    const value = values[name];
    if (value !== undefined) changed[name] = isList(value) ? value.map(change) : change(value);
  }
  return { ...instruction, ...changed };
}

/** The register an instruction writes. */
export function definition(instruction: Instruction): number | undefined {
  return 'd' in instruction ? instruction.d : undefined;
}

export function successors(block: Block): readonly Block[] {
  const end = block.end;
  if (end === undefined || end.kind === 'return') return [];
  return end.kind === 'jump' ? [end.target] : [end.whenTrue, end.whenFalse];
}
