import type { FunctionIr } from '../ir/function.ts';
import type { Input } from '../ir/input.ts';
import type { Instruction } from '../ir/instruction.ts';
import { definition } from '../ir/uses.ts';

/** Where registers get their values. Those written in one place only are values; the others are variables. */
export class Definitions {
  readonly #variables = new Set<number>();
  readonly #made = new Map<number, Instruction>();
  readonly #substitutes = new Map<number, Input>();

  constructor(ir: FunctionIr) {
    const seen = new Set<number>();
    for (const block of ir.blocks) {
      for (const instruction of block.instructions) {
        const d = definition(instruction);
        if (d === undefined) continue;
        if (seen.has(d)) this.#variables.add(d);
        seen.add(d);
      }
    }
  }

  isVariable(register: number): boolean {
    return this.#variables.has(register);
  }

  /** Whether an input means the same wherever it can be read. References to maps do, but are dear to repeat. */
  lasts(input: Input): boolean {
    if (input.kind === 'register') return !this.isVariable(input.register);
    return input.kind === 'constant' || input.kind === 'frame';
  }

  define(instruction: Instruction): void {
    const d = definition(instruction);
    if (d !== undefined && !this.isVariable(d)) this.#made.set(d, instruction);
  }

  /** The instruction that writes a register, if there is only one and it has been visited. */
  find(register: number): Instruction | undefined {
    return this.#made.get(register);
  }

  substitute(register: number, input: Input): void {
    this.#substitutes.set(register, input);
  }

  readonly resolve = (input: Input): Input =>
    input.kind === 'register' ? (this.#substitutes.get(input.register) ?? input) : input;
}
