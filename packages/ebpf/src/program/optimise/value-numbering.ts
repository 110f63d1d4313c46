import type { Block, FunctionIr } from '../ir/function.ts';
import { inRegister, type FrameSlot, type Input } from '../ir/input.ts';
import type { Instruction, Memory } from '../ir/instruction.ts';
import { definition, inputsOf, mapInputs } from '../ir/uses.ts';
import { BranchFacts } from './branch-facts.ts';
import { Dominance } from './dominance.ts';
import { instructionKey, memoryKey } from './expression-key.ts';
import { findGraph, type Graph } from './graph.ts';
import { bitsOf } from './known-bits.ts';
import { disturbs, effectOf, findEscaped, type Effect } from './memory-effects.ts';
import { Definitions } from './definitions.ts';
import { simplify } from './simplify.ts';

/** A value that is somewhere already, until memory or a variable changes. */
interface Available {
  readonly result: Input;
  readonly memory?: Memory;
  /** Registers it was computed from that are written in several places. */
  readonly variables: readonly number[];
}
type Table = Map<string, Available>;

/** What may happen on the ways from a block's dominator to the block. */
interface Between {
  readonly effects: readonly Effect[];
  readonly written: ReadonlySet<number>;
  readonly calls?: boolean;
}

/**
 * Finds values that have been computed before and uses them again, along the dominator tree. Loads count as
 * computed before until something may have written there; a helper that runs other code may write anywhere.
 */
export class ValueNumbering {
  readonly #graph: Graph;
  readonly #escaped: ReadonlySet<FrameSlot>;
  readonly #definitions: Definitions;
  readonly #dominance: Dominance;
  readonly #facts: BranchFacts;
  /** Results that stay right forever, with the blocks that compute them. */
  readonly #lasting = new Map<string, { readonly block: Block; readonly result: Input }[]>();
  readonly #tables = new Map<Block, Table>();

  constructor(ir: FunctionIr) {
    this.#graph = findGraph(ir);
    this.#escaped = findEscaped(ir);
    this.#definitions = new Definitions(ir);
    this.#dominance = new Dominance(this.#graph);
    this.#facts = new BranchFacts(this.#graph, this.#dominance, this.#definitions);
  }

  run(): void {
    for (const block of this.#graph.order) this.#visit(block);
  }

  #visit(block: Block): void {
    const table = this.#tableAt(block);
    this.#tables.set(block, table);
    this.#facts.enter(block);
    const kept: Instruction[] = [];
    for (const original of block.instructions) {
      const instruction = this.#step(block, mapInputs(original, this.#definitions.resolve), table);
      if (instruction === undefined) continue;
      kept.push(instruction);
      this.#definitions.define(instruction);
      this.#forget(table, instruction);
    }
    block.instructions = kept;
    if (block.end !== undefined) {
      block.end = this.#facts.decide(block, mapInputs(block.end, this.#definitions.resolve));
    }
  }

  /** The instruction to keep, if any. */
  #step(block: Block, given: Instruction, table: Table): Instruction | undefined {
    const simpler = simplify(given, {
      definition: (register) => this.#definitions.find(register),
      lasts: (input) => this.#definitions.lasts(input),
      bits: (input) => this.#bits(input),
    });
    const d = definition(given);
    if (isInput(simpler)) return this.#replace(given, d, simpler);
    const key = instructionKey(simpler);
    if (key === undefined || d === undefined) return simpler;
    const found = this.#find(block, key, table);
    if (found !== undefined) return this.#replace(simpler, d, found);
    if (!this.#definitions.isVariable(d)) this.#note(block, key, simpler, inRegister(d), table);
    return simpler;
  }

  /** The result is `input`: later uses read that instead, where it cannot change in between. */
  #replace(given: Instruction, d: number | undefined, input: Input): Instruction | undefined {
    if (d === undefined) return given;
    if (!this.#definitions.isVariable(d) && this.#definitions.lasts(input)) {
      this.#definitions.substitute(d, input);
      return undefined;
    }
    return { kind: 'move', d, width: 64, source: input, origin: given.origin };
  }

  #find(block: Block, key: string, table: Table): Input | undefined {
    const lasting = this.#lasting
      .get(key)
      ?.find((entry) => this.#dominance.dominates(entry.block, block));
    return lasting?.result ?? table.get(key)?.result;
  }

  #note(block: Block, key: string, instruction: Instruction, result: Input, table: Table): void {
    const variables = this.#variables(inputsOf(instruction));
    if (instruction.kind === 'load') table.set(key, { result, memory: instruction, variables });
    else if (variables.length > 0) table.set(key, { result, variables });
    else {
      const entries = this.#lasting.get(key) ?? [];
      entries.push({ block, result });
      this.#lasting.set(key, entries);
    }
  }

  #variables(inputs: readonly Input[]): number[] {
    return inputs.flatMap((input) =>
      input.kind === 'register' && this.#definitions.isVariable(input.register)
        ? [input.register]
        : [],
    );
  }

  /** Drops what the instruction makes stale; a stored value can be had without loading it. */
  #forget(table: Table, instruction: Instruction): void {
    const d = definition(instruction);
    const written = new Set(d !== undefined && this.#definitions.isVariable(d) ? [d] : []);
    const effect = effectOf(instruction);
    this.#filter(table, { effects: effect === undefined ? [] : [effect], written });
    if (instruction.kind === 'call') dropLoads(table);
    if (instruction.kind !== 'store') return;
    const { value, size } = instruction;
    const fits = this.#bits(value) >> BigInt(size * 8) === 0n;
    if (!fits || !this.#definitions.lasts(value) || instruction.space === 'context') return;
    const variables = this.#variables([instruction.base]);
    table.set(memoryKey(instruction), { result: value, memory: instruction, variables });
  }

  #filter(table: Table, between: Between): void {
    const { effects, written } = between;
    if (between.calls === true) dropLoads(table);
    if (effects.length === 0 && written.size === 0) return;
    for (const [key, { memory, variables }] of table) {
      const stale =
        variables.some((register) => written.has(register)) ||
        (memory !== undefined && effects.some((effect) => disturbs(effect, memory, this.#escaped)));
      if (stale) table.delete(key);
    }
  }

  #tableAt(block: Block): Table {
    const dominator = this.#graph.dominator(block);
    const inherited = dominator === undefined ? undefined : this.#tables.get(dominator);
    const table: Table = new Map(inherited);
    if (table.size > 0 && dominator !== undefined) {
      this.#filter(table, this.#between(dominator, block));
    }
    return table;
  }

  #between(dominator: Block, block: Block): Between {
    const effects: Effect[] = [];
    const written = new Set<number>();
    const seen = new Set<Block>([dominator]);
    let calls = false;
    const pending = [...this.#graph.predecessors(block)];
    for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
      if (seen.has(from)) continue;
      seen.add(from);
      for (const instruction of from.instructions) {
        const effect = effectOf(instruction);
        if (effect !== undefined) effects.push(effect);
        const d = definition(instruction);
        if (d !== undefined && this.#definitions.isVariable(d)) written.add(d);
        if (instruction.kind === 'call') calls = true;
      }
      pending.push(...this.#graph.predecessors(from));
    }
    return { effects, written, calls };
  }

  #bits(input: Input): bigint {
    if (input.kind === 'constant') return input.value;
    const made = input.kind === 'register' ? this.#definitions.find(input.register) : undefined;
    if (made === undefined) return (1n << 64n) - 1n;
    return bitsOf(made, (inner) => this.#bits(inner));
  }
}

/** Over a call a value costs one of the few registers that survive it, or a place in memory: load it again. */
function dropLoads(table: Table): void {
  for (const [key, { memory, result }] of table) {
    if (memory !== undefined && result.kind === 'register') table.delete(key);
  }
}

const isInput = (x: Input | Instruction): x is Input => !('origin' in x);
