import type { Instruction } from '../program/program.ts';
import {
  accessMode,
  accessSize,
  atomicOperation,
  instructionClass,
  loadImmediate64,
} from './opcodes.ts';
import { describeAddress, unknownInstruction } from './words.ts';

const sizes = new Map<number, string>(
  Object.entries(accessSize).map(([name, code]) => [code, name]),
);
const atomics = new Map<number, readonly [sign: string, name: string]>([
  [atomicOperation.add, ['+=', 'add']],
  [atomicOperation.or, ['|=', 'or']],
  [atomicOperation.and, ['&=', 'and']],
  [atomicOperation.xor, ['^=', 'xor']],
]);

const sizeOf = (opcode: number): string => sizes.get(opcode & 0x18) ?? '';

/** `r1 = *(u32 *)(r2 + 4)`, `r1 = map[services]`, `r1 = 0x1122334455667788 ll`. */
export function describeLoad(
  instruction: Instruction,
  upperHalf: number,
  reference: string | undefined,
): string {
  const { opcode, destination, source, offset, immediate } = instruction;
  if (opcode === loadImmediate64) {
    const number = (BigInt(upperHalf >>> 0) << 32n) | BigInt(immediate >>> 0);
    return `r${destination} = ${reference ?? `0x${number.toString(16)} ll`}`;
  }
  if ((opcode & 0xe0) !== accessMode.memory) return unknownInstruction(instruction);
  return `r${destination} = *(${sizeOf(opcode)} *)${describeAddress(source, offset)}`;
}

/** `*(u32 *)(r2 + 4) = r1`, `*(u8 *)(r10 - 1) = 7`, `lock *(u64 *)(r1 + 8) += r2`. */
export function describeStore(instruction: Instruction): string {
  const { opcode, destination, source, offset, immediate } = instruction;
  const mode = opcode & 0xe0;
  if (mode === accessMode.atomic) return describeAtomic(instruction);
  if (mode !== accessMode.memory) return unknownInstruction(instruction);
  const value = (opcode & 7) === instructionClass.store ? `r${source}` : `${immediate}`;
  return `*(${sizeOf(opcode)} *)${describeAddress(destination, offset)} = ${value}`;
}

function describeAtomic(instruction: Instruction): string {
  const { opcode, destination, source, offset, immediate } = instruction;
  const size = sizeOf(opcode);
  const address = describeAddress(destination, offset);
  const name = size === 'u64' ? 'atomic64' : 'atomic';
  const place = `(${size} *)${address}`;
  if (immediate === atomicOperation.exchange)
    return `r${source} = ${name}_xchg(${place}, r${source})`;
  if (immediate === atomicOperation.compareExchange) {
    return `r0 = ${name}_cmpxchg(${place}, r0, r${source})`;
  }
  const words = atomics.get(immediate & ~atomicOperation.fetch);
  if (words === undefined) return unknownInstruction(instruction);
  return (immediate & atomicOperation.fetch) === 0
    ? `lock *(${size} *)${address} ${words[0]} r${source}`
    : `r${source} = ${name}_fetch_${words[1]}(${place}, r${source})`;
}
