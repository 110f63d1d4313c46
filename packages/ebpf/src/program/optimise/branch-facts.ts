import type { Block } from '../ir/function.ts';
import { compare } from '../ir/evaluate.ts';
import type { Input } from '../ir/input.ts';
import type { BlockEnd, Comparison } from '../ir/instruction.ts';
import type { Definitions } from './definitions.ts';
import type { Dominance } from './dominance.ts';
import { keyOf } from './expression-key.ts';
import type { Graph } from './graph.ts';

type Branch = Extract<BlockEnd, { kind: 'branch' }>;

const opposites: Partial<Record<Comparison, Comparison>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
  slt: 'sge',
  sge: 'slt',
  sgt: 'sle',
  sle: 'sgt',
};

/** What is known to hold because a branch came this way. */
export class BranchFacts {
  readonly #graph: Graph;
  readonly #dominance: Dominance;
  readonly #definitions: Definitions;
  readonly #known = new Map<string, { readonly block: Block; readonly holds: boolean }[]>();
  /** How many bytes from a packet pointer on are known to be there, by pointer and end. */
  readonly #bounds = new Map<string, { readonly block: Block; readonly length: bigint }[]>();

  constructor(graph: Graph, dominance: Dominance, definitions: Definitions) {
    this.#graph = graph;
    this.#dominance = dominance;
    this.#definitions = definitions;
  }

  /** Learns from the branch that leads to the block, if only that does. */
  enter(block: Block): void {
    const [only, ...more] = this.#graph.predecessors(block);
    if (only?.end?.kind !== 'branch' || more.length > 0) return;
    const { end } = only;
    if (end.whenTrue === end.whenFalse) return;
    const holds = end.whenTrue === block;
    for (const [key, direct] of this.#keys(end)) {
      this.#add(this.#known, key, { block, holds: holds === direct });
    }
    const bound = this.#bound(end);
    if (bound !== undefined && !holds) {
      this.#add(this.#bounds, bound.key, { block, length: bound.length });
    }
  }

  /** A jump instead of a branch whose outcome is known. */
  decide(block: Block, end: BlockEnd): BlockEnd {
    if (end.kind !== 'branch') return end;
    const holds = this.#outcome(block, end);
    if (holds === undefined) return end;
    return { kind: 'jump', target: holds ? end.whenTrue : end.whenFalse, origin: end.origin };
  }

  #outcome(block: Block, end: Branch): boolean | undefined {
    const { comparison, width, left, right } = end;
    if (end.whenTrue === end.whenFalse) return true;
    if (left.kind === 'constant' && right.kind === 'constant') {
      return compare(comparison, width, left.value, right.value);
    }
    for (const [key, direct] of this.#keys(end)) {
      const fact = this.#known
        .get(key)
        ?.find((entry) => this.#dominance.dominates(entry.block, block));
      if (fact !== undefined) return fact.holds === direct;
    }
    const bound = this.#bound(end);
    const checked = this.#bounds.get(bound?.key ?? '')?.some((entry) => {
      const enough = bound !== undefined && entry.length >= bound.length;
      return enough && this.#dominance.dominates(entry.block, block);
    });
    return checked === true ? false : undefined;
  }

  /** Names of the comparison and of its opposite, with whether they mean the same. */
  #keys(end: Branch): [string, boolean][] {
    const { comparison, width, left, right } = end;
    if (!this.#lasts(left) || !this.#lasts(right)) return [];
    const sides = `${width} ${keyOf(left)} ${keyOf(right)}`;
    const opposite = opposites[comparison];
    const direct: [string, boolean] = [`${comparison}${sides}`, true];
    return opposite === undefined ? [direct] : [direct, [`${opposite}${sides}`, false]];
  }

  /** The shape of a bounds check: pointer + length > end. */
  #bound(end: Branch): { readonly key: string; readonly length: bigint } | undefined {
    const { left, right } = end;
    if (end.comparison !== 'gt' || end.width !== 64 || left.kind !== 'register') return undefined;
    const sum = this.#definitions.find(left.register);
    if (sum?.kind !== 'alu' || sum.operation !== 'add' || sum.right.kind !== 'constant') {
      return undefined;
    }
    if (!this.#lasts(sum.left) || !this.#lasts(right)) return undefined;
    return { key: `${keyOf(sum.left)} ${keyOf(right)}`, length: sum.right.value };
  }

  #lasts(input: Input): boolean {
    return this.#definitions.lasts(input);
  }

  #add<T>(facts: Map<string, T[]>, key: string, fact: T): void {
    const known = facts.get(key) ?? [];
    known.push(fact);
    facts.set(key, known);
  }
}
