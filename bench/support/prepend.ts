import type { Instruction, Program } from '@evs/ebpf';

const exitOpcode = 0x95;
const jumpOpcode = 0x05;
const moveOpcode = 0xbf;
/** Register that carries the context over the first program. */
const keeper = 9;

/**
 * One program that does what `first` does, and then what `second` does on the same packet: every return of
 * `first` goes on instead. The code of `second` is untouched, so that its cost is that of the product's program.
 */
export function prepend(first: Program, second: Program): Program {
  if (first.functions.length > 1 || first.instructions.some(uses)) {
    throw new Error(
      `${first.name} cannot go in front: it has functions or needs register ${keeper}`,
    );
  }
  const moved = first.instructions.length + 2;
  const body = first.instructions.map((instruction, at) =>
    instruction.opcode === exitOpcode
      ? { ...instruction, opcode: jumpOpcode, offset: first.instructions.length - at - 1 }
      : instruction,
  );
  const shift = <T extends { readonly at: number }>(by: number, items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, at: item.at + by }));
  return {
    ...second,
    instructions: [move(keeper, 1), ...body, move(1, keeper), ...second.instructions],
    relocations: [...shift(1, first.relocations), ...shift(moved, second.relocations)],
    functions: second.functions.map((f, index) => (index === 0 ? f : { ...f, at: f.at + moved })),
    origins: shift(moved, second.origins),
    maps: [...new Set([...first.maps, ...second.maps])],
    stackBytes: Math.max(first.stackBytes, second.stackBytes),
  };
}

const move = (destination: number, source: number): Instruction => ({
  opcode: moveOpcode,
  destination,
  source,
  offset: 0,
  immediate: 0,
});

const uses = ({ destination, source }: Instruction): boolean =>
  destination === keeper || source === keeper;
