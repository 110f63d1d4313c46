export { disassemble, disassembleAt } from './disassemble.ts';
export { helperId, helperName } from './helper-names.ts';
export { decodeInstructions, encodeInstructions } from './instruction-bytes.ts';
export {
  accessMode,
  accessSize,
  aluOperation,
  atomicOperation,
  callKind,
  immediateKind,
  instructionClass,
  jumpOperation,
  loadImmediate64,
  operandSource,
  type AccessSize,
  type AluOperation,
  type JumpOperation,
} from './opcodes.ts';
