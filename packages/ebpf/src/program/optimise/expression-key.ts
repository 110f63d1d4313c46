import type { MapDefinition } from '../../map/index.ts';
import { inputKey, type Input } from '../ir/input.ts';
import type { Instruction, Memory } from '../ir/instruction.ts';

const numbers = new WeakMap<MapDefinition, number>();
let mapsSeen = 0;

/** Definitions have identity, not names. */
function mapNumber(map: MapDefinition): number {
  const known = numbers.get(map);
  if (known !== undefined) return known;
  mapsSeen += 1;
  numbers.set(map, mapsSeen);
  return mapsSeen;
}

export const keyOf = (input: Input): string => inputKey(input, mapNumber);

/** Text that is equal for instructions that compute the same from the same; undefined if that cannot be said. */
export function instructionKey(instruction: Instruction): string | undefined {
  switch (instruction.kind) {
    case 'alu': {
      const { operation, width, left, right } = instruction;
      return `${operation}${width} ${keyOf(left)} ${keyOf(right)}`;
    }
    case 'move':
      return `move${instruction.width} ${keyOf(instruction.source)}`;
    case 'negate':
      return `negate${instruction.width} ${keyOf(instruction.source)}`;
    case 'swap':
      return `swap${instruction.bits} ${keyOf(instruction.source)}`;
    case 'load':
      return memoryKey(instruction);
    case 'argument':
    case 'store':
    case 'begin':
    case 'zero':
    case 'atomic':
    case 'call':
      return undefined;
  }
}

export function memoryKey(memory: Memory): string {
  const { base, size } = memory;
  if (base.kind !== 'frame') return `load${size} ${keyOf(base)} ${memory.offset}`;
  return `load${size} f${base.slot.id} ${base.offset + memory.offset}`;
}
