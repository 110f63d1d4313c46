import type { Block } from './function.ts';
import type { Input } from './input.ts';
import type { BlockEnd, Instruction } from './instruction.ts';

type Any = Instruction | BlockEnd;
type Kind = Any['kind'];
type Of<K extends Kind> = Extract<Any, { readonly kind: K }>;
type Change = (input: Input) => Input;

const nothing: readonly Input[] = [];

/** What the kinds of instruction read, in a fixed order: the base of an access to memory first. */
const reads: { readonly [K in Kind]: (reader: Of<K>) => readonly Input[] } = {
  argument: () => nothing,
  move: ({ source }) => [source],
  alu: ({ left, right }) => [left, right],
  negate: ({ source }) => [source],
  swap: ({ source }) => [source],
  load: ({ base }) => [base],
  store: ({ base, value }) => [base, value],
  begin: () => nothing,
  zero: () => nothing,
  atomic: ({ base, value, expected }) =>
    expected === undefined ? [base, value] : [base, value, expected],
  call: ({ inputs }) => inputs,
  jump: () => nothing,
  branch: ({ left, right }) => [left, right],
  return: ({ value }) => [value],
};

/** The same with something else to read; kinds that read nothing are left out. */
const changes: { readonly [K in Kind]?: (reader: Of<K>, change: Change) => Partial<Of<K>> } = {
  move: ({ source }, change) => ({ source: change(source) }),
  alu: ({ left, right }, change) => ({ left: change(left), right: change(right) }),
  negate: ({ source }, change) => ({ source: change(source) }),
  swap: ({ source }, change) => ({ source: change(source) }),
  load: ({ base }, change) => ({ base: change(base) }),
  store: ({ base, value }, change) => ({ base: change(base), value: change(value) }),
  atomic: ({ base, value, expected }, change) => ({
    base: change(base),
    value: change(value),
    ...(expected !== undefined && { expected: change(expected) }),
  }),
  call: ({ inputs }, change) => ({ inputs: inputs.map(change) }),
  branch: ({ left, right }, change) => ({ left: change(left), right: change(right) }),
  return: ({ value }, change) => ({ value: change(value) }),
};

/** Everything an instruction or block end reads. */
export function inputsOf(reader: Any): readonly Input[] {
  const read = reads[reader.kind] as (reader: Any) => readonly Input[];
  return read(reader);
}

/** The same instruction, reading something else. */
export function mapInputs<I extends Any>(reader: I, change: Change): I {
  if (inputsOf(reader).every((input) => change(input) === input)) return reader;
  const changed = changes[reader.kind] as (reader: Any, change: Change) => object;
  return { ...reader, ...changed(reader, change) };
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
