import { allocatable, firstVirtual } from './instruction.ts';
import type { Interference, Move } from './interference.ts';

export interface Colours {
  /** The machine register of each virtual one that got one. */
  readonly assigned: ReadonlyMap<number, number>;
  /** Registers that must live in memory. Several that are copies of each other may share a place. */
  readonly spilled: ReadonlySet<number>;
  /** The register that stands for a merged one. */
  readonly representative: (register: number) => number;
}

/** Where a register stands in the course of the algorithm. */
type State = 'simplify' | 'freeze' | 'spill' | 'stacked' | 'merged' | 'fixed';

/** A copy that might be merged: now, or when a degree has fallen, or not any more. */
interface OpenMove extends Move {
  state: 'ready' | 'waiting' | 'closed';
}

const none: readonly OpenMove[] = [];

/**
 * Iterated register coalescing, L. George and A. Appel, ACM TOPLAS 18(3), 1996: registers with few neighbours
 * are put aside, copies are merged where that cannot make colouring harder, the cheapest of the rest may spill.
 */
export class Colouring {
  readonly #graph: Interference;
  readonly #unspillable: ReadonlySet<number>;
  readonly #state: State[] = [];
  readonly #degree: Int32Array;
  /** What each register was merged with; itself, if with none. */
  readonly #alias: Int32Array;
  readonly #stack: number[] = [];
  readonly #moves: (OpenMove[] | undefined)[] = [];
  /** Moves that may be merged now, the most frequent last. */
  readonly #ready: OpenMove[];
  readonly #queues = { simplify: [] as number[], freeze: [] as number[], spill: [] as number[] };
  /** Marks registers that #briggsTest has seen, with the number of the test. */
  readonly #seen: Int32Array;
  #tests = 0;

  constructor(graph: Interference, unspillable: ReadonlySet<number>) {
    this.#graph = graph;
    this.#unspillable = unspillable;
    this.#degree = new Int32Array(graph.registers);
    this.#alias = Int32Array.from({ length: graph.registers }, (_, register) => register);
    this.#seen = new Int32Array(graph.registers);
    this.#ready = graph.moves
      .map((move): OpenMove => ({ ...move, state: 'ready' }))
      .toSorted((a, b) => a.weight - b.weight);
    for (const move of this.#ready) {
      this.#relate(move.destination, move);
      this.#relate(move.source, move);
    }
    for (let register = 0; register < graph.registers; register += 1) {
      this.#degree[register] = graph.neighbours(register).length;
      this.#state.push('fixed');
      if (register >= firstVirtual) this.#state[register] = this.#classify(register);
    }
  }

  run(): Colours {
    while (this.#step());
    return this.#select();
  }

  #step(): boolean {
    const simple = this.#first('simplify');
    if (simple !== undefined) this.#putAside(simple);
    else if (this.#ready.length > 0) this.#merge();
    else {
      const frozen = this.#first('freeze');
      const chosen = frozen ?? this.#cheapest();
      if (chosen === undefined) return false;
      this.#state[chosen] = 'simplify';
      this.#queues.simplify.push(chosen);
      this.#freezeMoves(chosen);
    }
    return true;
  }

  /** Takes a register that is still in the state from its queue. */
  #first(state: 'simplify' | 'freeze'): number | undefined {
    const queue = this.#queues[state];
    while (queue.length > 0) {
      const register = queue.pop();
      if (register !== undefined && this.#state[register] === state) return register;
    }
    return undefined;
  }

  #classify(register: number): State {
    const many = (this.#degree[register] ?? 0) >= allocatable;
    const state = many ? 'spill' : this.#isMoveRelated(register) ? 'freeze' : 'simplify';
    this.#queues[state].push(register);
    return state;
  }

  #cheapest(): number | undefined {
    const candidates = this.#queues.spill.filter((r) => this.#state[r] === 'spill');
    this.#queues.spill = candidates;
    let best: number | undefined;
    let bestCost = Infinity;
    for (const register of candidates) {
      const cost = this.#unspillable.has(register)
        ? Number.MAX_VALUE
        : (this.#graph.weights[register] ?? 0) / (this.#degree[register] ?? 1);
      if (cost < bestCost) [best, bestCost] = [register, cost];
    }
    return best;
  }

  #putAside(register: number): void {
    this.#state[register] = 'stacked';
    this.#stack.push(register);
    for (const neighbour of this.#graph.neighbours(register)) {
      if (this.#isIn(neighbour)) this.#lowerDegree(neighbour);
    }
  }

  #lowerDegree(register: number): void {
    if (register < firstVirtual) return;
    const before = this.#degree[register] ?? 0;
    this.#degree[register] = before - 1;
    if (before !== allocatable) return;
    this.#wake(register);
    for (const neighbour of this.#graph.neighbours(register)) {
      if (this.#isIn(neighbour)) this.#wake(neighbour);
    }
    if (this.#state[register] === 'spill') this.#state[register] = this.#classify(register);
  }

  #wake(register: number): void {
    for (const move of this.#moves[register] ?? none) {
      if (move.state !== 'waiting') continue;
      move.state = 'ready';
      this.#ready.push(move);
    }
  }

  #merge(): void {
    const move = this.#ready.pop();
    if (move === undefined) return;
    move.state = 'closed';
    const [x, y] = [this.#find(move.destination), this.#find(move.source)];
    const [keep, drop] = y < firstVirtual ? [y, x] : [x, y];
    if (keep === drop) this.#settle(keep);
    else if (drop < firstVirtual || this.#graph.has(keep, drop)) {
      this.#settle(keep);
      this.#settle(drop);
    } else if (keep < firstVirtual ? this.#georgeTest(keep, drop) : this.#briggsTest(keep, drop)) {
      this.#combine(keep, drop);
      this.#settle(keep);
    } else {
      move.state = 'waiting';
    }
  }

  /** Merging with a machine register is safe if every neighbour is no trouble to it anyway. */
  #georgeTest(fixed: number, register: number): boolean {
    for (const neighbour of this.#graph.neighbours(register)) {
      if (neighbour < firstVirtual || !this.#isIn(neighbour)) continue;
      const many = (this.#degree[neighbour] ?? 0) >= allocatable;
      if (many && !this.#graph.has(neighbour, fixed)) return false;
    }
    return true;
  }

  /** Merging is safe if the result has fewer troublesome neighbours than there are machine registers. */
  #briggsTest(a: number, b: number): boolean {
    this.#tests += 1;
    let troublesome = 0;
    for (const [register, other] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const neighbour of this.#graph.neighbours(register)) {
        if (this.#seen[neighbour] === this.#tests || !this.#isIn(neighbour)) continue;
        this.#seen[neighbour] = this.#tests;
        if (this.#isTroublesome(neighbour, other)) troublesome += 1;
        if (troublesome >= allocatable) return false;
      }
    }
    return true;
  }

  /** A neighbour of both has one neighbour less after the merge. */
  #isTroublesome(neighbour: number, other: number): boolean {
    const degree = this.#degree[neighbour] ?? 0;
    if (neighbour < firstVirtual || degree > allocatable) return true;
    return degree === allocatable && !this.#graph.has(neighbour, other);
  }

  #combine(keep: number, drop: number): void {
    this.#state[drop] = 'merged';
    this.#alias[drop] = keep;
    for (const move of this.#moves[drop] ?? none) {
      if (move.state !== 'closed') this.#relate(keep, move);
    }
    const { weights } = this.#graph;
    weights[keep] = (weights[keep] ?? 0) + (weights[drop] ?? 0);
    this.#wake(drop);
    for (const neighbour of this.#graph.neighbours(drop)) {
      if (!this.#isIn(neighbour)) continue;
      this.#addEdge(neighbour, keep);
      this.#lowerDegree(neighbour);
    }
    if (this.#state[keep] === 'freeze' && (this.#degree[keep] ?? 0) >= allocatable) {
      this.#state[keep] = 'spill';
      this.#queues.spill.push(keep);
    }
  }

  #addEdge(a: number, b: number): void {
    if (!this.#graph.add(a, b)) return;
    this.#degree[a] = (this.#degree[a] ?? 0) + 1;
    this.#degree[b] = (this.#degree[b] ?? 0) + 1;
  }

  /** A register whose moves are all dealt with can be put aside. */
  #settle(register: number): void {
    if (register < firstVirtual || this.#state[register] !== 'freeze') return;
    if (this.#isMoveRelated(register)) return;
    this.#state[register] = this.#classify(register);
  }

  #freezeMoves(register: number): void {
    for (const move of this.#moves[register] ?? none) {
      if (move.state !== 'waiting') continue;
      move.state = 'closed';
      const [x, y] = [this.#find(move.destination), this.#find(move.source)];
      this.#settle(x === this.#find(register) ? y : x);
    }
  }

  #isMoveRelated(register: number): boolean {
    return (this.#moves[register] ?? none).some(({ state }) => state !== 'closed');
  }

  #relate(register: number, move: OpenMove): void {
    const known = this.#moves[register];
    if (known === undefined) this.#moves[register] = [move];
    else known.push(move);
  }

  /** Neither put aside nor merged with another. */
  #isIn(register: number): boolean {
    const state = this.#state[register];
    return state !== 'stacked' && state !== 'merged';
  }

  readonly #find = (register: number): number => {
    let found = register;
    for (;;) {
      const next = this.#alias[found] ?? found;
      if (next === found) return found;
      found = next;
    }
  };

  #select(): Colours {
    const colours = new Int8Array(this.#graph.registers).fill(-1);
    for (let fixed = 0; fixed < firstVirtual; fixed += 1) colours[fixed] = fixed;
    const spilled = new Set<number>();
    for (let register = this.#stack.pop(); register !== undefined; register = this.#stack.pop()) {
      const colour = this.#colour(register, colours);
      if (colour === undefined) spilled.add(register);
      else colours[register] = colour;
    }
    const assigned = new Map<number, number>();
    for (let register = firstVirtual; register < this.#graph.registers; register += 1) {
      const colour = colours[this.#find(register)] ?? -1;
      if (colour >= 0) assigned.set(register, colour);
    }
    return { assigned, spilled, representative: this.#find };
  }

  /** One that no neighbour has; undefined if they have all. */
  #colour(register: number, colours: Int8Array): number | undefined {
    let taken = 0;
    for (const neighbour of this.#graph.neighbours(register)) {
      const colour = colours[this.#find(neighbour)] ?? -1;
      if (colour >= 0) taken |= 1 << colour;
    }
    const lowest = 31 - Math.clz32(~taken & -~taken);
    if (lowest >= allocatable) return undefined;
    return this.#wish(register, colours, taken) ?? lowest;
  }

  /** The one that makes a copy disappear which could not be merged safely: of several the most frequent. */
  #wish(register: number, colours: Int8Array, taken: number): number | undefined {
    let wished: number | undefined;
    let weight = 0;
    for (const move of this.#moves[register] ?? none) {
      const other = this.#find(move.source) === register ? move.destination : move.source;
      const colour = colours[this.#find(other)] ?? -1;
      const isFree = colour >= 0 && colour < allocatable && (taken & (1 << colour)) === 0;
      if (isFree && move.weight > weight) [wished, weight] = [colour, move.weight];
    }
    return wished;
  }
}
