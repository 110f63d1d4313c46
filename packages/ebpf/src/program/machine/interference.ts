import { findLiveness } from './liveness.ts';
import { RegisterSet } from './register-set.ts';
import {
  endUses,
  firstVirtual,
  frequency,
  type MachineFunction,
  type MachineInstruction,
} from './instruction.ts';

export interface Move {
  readonly destination: number;
  readonly source: number;
  readonly weight: number;
}

/** Which registers may not share a machine register, and which would like to. */
export class Interference {
  readonly registers: number;
  readonly moves: Move[] = [];
  /** How much it costs to keep a register in memory: its uses, by how often they run. */
  readonly weights: Float64Array;
  readonly #neighbours: number[][] = [];
  /** A bit for each pair. */
  readonly #pairs: Int32Array;

  constructor(code: MachineFunction) {
    this.registers = code.registers;
    this.weights = new Float64Array(code.registers);
    this.#pairs = new Int32Array((pairNumber(code.registers, 0) >>> 5) + 1);
    for (let register = 0; register < code.registers; register += 1) this.#neighbours.push([]);
    this.#scan(code);
  }

  /** Those of a virtual register; nobody asks for those of a machine register. */
  neighbours(register: number): readonly number[] {
    return this.#neighbours[register] ?? [];
  }

  has(a: number, b: number): boolean {
    if (a < firstVirtual && b < firstVirtual) return a !== b;
    const pair = a > b ? pairNumber(a, b) : pairNumber(b, a);
    return ((this.#pairs[pair >>> 5] ?? 0) & (1 << (pair & 31))) !== 0;
  }

  /** False if they were neighbours already. */
  add(a: number, b: number): boolean {
    if (a === b || (a < firstVirtual && b < firstVirtual)) return false;
    const pair = a > b ? pairNumber(a, b) : pairNumber(b, a);
    const word = this.#pairs[pair >>> 5] ?? 0;
    const bit = 1 << (pair & 31);
    if ((word & bit) !== 0) return false;
    this.#pairs[pair >>> 5] = word | bit;
    if (a >= firstVirtual) this.#neighbours[a]?.push(b);
    if (b >= firstVirtual) this.#neighbours[b]?.push(a);
    return true;
  }

  #scan(code: MachineFunction): void {
    const { liveOut } = findLiveness(code);
    const live = new RegisterSet(code.registers);
    for (const block of code.blocks) {
      live.clear();
      for (const register of liveOut(block)) live.add(register);
      const weight = frequency(block);
      for (const use of endUses(block.end)) {
        live.add(use);
        this.#weigh(use, weight);
      }
      for (let at = block.instructions.length - 1; at >= 0; at -= 1) {
        const instruction = block.instructions[at];
        if (instruction !== undefined) this.#step(instruction, live, weight);
      }
    }
  }

  /** Goes backwards over one instruction. */
  #step(instruction: MachineInstruction, live: RegisterSet, weight: number): void {
    const { uses, defs, destination, source } = instruction;
    if (instruction.form === 'move' && uses.length > 0) {
      live.delete(source);
      this.moves.push({ destination, source, weight });
    }
    for (const written of defs) live.add(written);
    for (const written of defs) {
      for (let place = 0; place < live.size; place += 1) this.add(written, live.at(place));
      this.#weigh(written, weight);
    }
    for (const written of defs) live.delete(written);
    for (const use of uses) {
      live.add(use);
      this.#weigh(use, weight);
    }
  }

  #weigh(register: number, weight: number): void {
    this.weights[register] = (this.weights[register] ?? 0) + weight;
  }
}

/** Numbers all pairs with a > b. */
const pairNumber = (a: number, b: number): number => (a * (a - 1)) / 2 + b;
