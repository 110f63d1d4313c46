import { endTargets, endUses, type MachineBlock, type MachineFunction } from './instruction.ts';

/** Which registers hold something that is still needed. */
export interface Liveness {
  /** At the end of a block. */
  readonly liveOut: (block: MachineBlock) => readonly number[];
  /** At the start of the function: read on some way before they are written. */
  readonly atEntry: readonly number[];
}

/** A block's part in the data flow. */
interface Summary {
  /** Registers read before the block writes them, and those it writes. */
  readonly uses: readonly number[];
  readonly defs: readonly number[];
  readonly next: readonly number[];
}

/**
 * The usual backward data flow, repeated until nothing changes. Most registers begin and end within a block;
 * a bit is kept only for those that some block reads without having written them.
 */
export function findLiveness(code: MachineFunction): Liveness {
  const { blocks } = code;
  const numbers = new Map(blocks.map((block, index) => [block, index]));
  const summarise = summariser(code, numbers);
  const flow = new Flow(blocks.map(summarise), code.registers);
  return {
    liveOut: (block) => flow.liveOut(numbers.get(block) ?? 0),
    atEntry: blocks.length === 0 ? [] : flow.liveIn(0),
  };
}

function summariser(
  code: MachineFunction,
  numbers: ReadonlyMap<MachineBlock, number>,
): (block: MachineBlock) => Summary {
  /** The last block, counted from 1, that read or wrote a register. */
  const reads = new Int32Array(code.registers);
  const writes = new Int32Array(code.registers);
  return (block) => {
    const mark = (numbers.get(block) ?? 0) + 1;
    const uses: number[] = [];
    const defs: number[] = [];
    const use = (register: number): void => {
      if (writes[register] === mark || reads[register] === mark) return;
      reads[register] = mark;
      uses.push(register);
    };
    for (const instruction of block.instructions) {
      for (const register of instruction.uses) use(register);
      for (const register of instruction.defs) {
        if (writes[register] === mark) continue;
        writes[register] = mark;
        defs.push(register);
      }
    }
    for (const register of endUses(block.end)) use(register);
    return { uses, defs, next: endTargets(block.end).map((next) => numbers.get(next) ?? 0) };
  };
}

class Flow {
  readonly #summaries: readonly Summary[];
  /** Registers that pass from block to block, by bit. */
  readonly #shared: readonly number[];
  /** 32-bit words of a block's bits. */
  readonly #width: number;
  readonly #in: Int32Array;
  readonly #out: Int32Array;
  readonly #defs: Int32Array;

  constructor(summaries: readonly Summary[], registers: number) {
    this.#summaries = summaries;
    const bits = new Int32Array(registers).fill(-1);
    const shared: number[] = [];
    for (const register of summaries.flatMap(({ uses }) => uses)) {
      if (bits[register] === -1) bits[register] = shared.push(register) - 1;
    }
    this.#shared = shared;
    this.#width = Math.ceil(shared.length / 32);
    const words = summaries.length * this.#width;
    this.#in = new Int32Array(words);
    this.#out = new Int32Array(words);
    this.#defs = new Int32Array(words);
    for (const [index, { uses, defs }] of summaries.entries()) {
      this.#mark(this.#in, index, uses, bits);
      this.#mark(this.#defs, index, defs, bits);
    }
    while (this.#update());
  }

  liveIn(block: number): number[] {
    return this.#list(this.#in, block);
  }

  liveOut(block: number): number[] {
    return this.#list(this.#out, block);
  }

  #mark(words: Int32Array, block: number, registers: readonly number[], bits: Int32Array): void {
    for (const register of registers) {
      const bit = bits[register] ?? -1;
      if (bit < 0) continue;
      const at = block * this.#width + (bit >>> 5);
      words[at] = (words[at] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Goes over all blocks once, the last first; false if that changed nothing. */
  #update(): boolean {
    let changed = false;
    for (let block = this.#summaries.length - 1; block >= 0; block -= 1) {
      for (const next of this.#summaries[block]?.next ?? []) {
        if (this.#flow(next * this.#width, block * this.#width)) changed = true;
      }
    }
    return changed;
  }

  /** What is needed at the start of one block is needed at the end of one before it. */
  #flow(from: number, to: number): boolean {
    let changed = false;
    for (let word = 0; word < this.#width; word += 1) {
      const before = this.#out[to + word] ?? 0;
      const after = before | (this.#in[from + word] ?? 0);
      if (after === before) continue;
      changed = true;
      this.#out[to + word] = after;
      this.#in[to + word] = (this.#in[to + word] ?? 0) | (after & ~(this.#defs[to + word] ?? 0));
    }
    return changed;
  }

  #list(words: Int32Array, block: number): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.#width; word += 1) {
      let bits = words[block * this.#width + word] ?? 0;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        found.push(this.#shared[word * 32 + bit] ?? 0);
        bits &= bits - 1;
      }
    }
    return found;
  }
}
