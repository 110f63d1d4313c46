import { findLiveness } from './liveness.ts';
import {
  allocatable,
  endUses,
  firstVirtual,
  frequency,
  type MachineFunction,
} from './instruction.ts';

export interface Move {
  readonly destination: number;
  readonly source: number;
  readonly weight: number;
}

/** Which registers may not share a machine register, and which would like to. */
export class Interference {
  readonly neighbours: Set<number>[] = [];
  readonly moves: Move[] = [];
  /** How much it costs to keep a register in memory: its uses, by how often they run. */
  readonly weights: number[] = [];

  constructor(code: MachineFunction) {
    for (let register = 0; register < code.registers; register += 1) {
      this.neighbours.push(new Set());
      this.weights.push(0);
    }
    for (let a = 0; a < allocatable; a += 1) {
      for (let b = 0; b < a; b += 1) this.#add(a, b);
    }
    this.#scan(code);
  }

  get virtuals(): number[] {
    return [...this.neighbours.keys()].slice(firstVirtual);
  }

  #scan(code: MachineFunction): void {
    const { liveOut } = findLiveness(code);
    for (const block of code.blocks) {
      const live = new Set(liveOut.get(block));
      const weight = frequency(block);
      for (const use of endUses(block.end)) {
        live.add(use);
        this.#weigh(use, weight);
      }
      for (const instruction of block.instructions.toReversed()) {
        const { uses, defs, destination, source } = instruction;
        if (instruction.form === 'move' && uses.length > 0) {
          live.delete(source);
          this.moves.push({ destination, source, weight });
        }
        for (const written of defs) live.add(written);
        for (const written of defs) {
          for (const other of live) this.#add(written, other);
          this.#weigh(written, weight);
        }
        for (const written of defs) live.delete(written);
        for (const use of uses) {
          live.add(use);
          this.#weigh(use, weight);
        }
      }
    }
  }

  #add(a: number, b: number): void {
    if (a === b) return;
    this.neighbours[a]?.add(b);
    this.neighbours[b]?.add(a);
  }

  #weigh(register: number, weight: number): void {
    this.weights[register] = (this.weights[register] ?? 0) + weight;
  }
}
