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

/**
 * Iterated register coalescing, L. George and A. Appel, ACM TOPLAS 18(3), 1996: registers with few neighbours
 * are put aside, copies are merged where that cannot make colouring harder, the cheapest of the rest may spill.
 */
export class Colouring {
  readonly #graph: Interference;
  readonly #unspillable: ReadonlySet<number>;
  readonly #state: State[] = [];
  readonly #degree: number[] = [];
  readonly #alias = new Map<number, number>();
  readonly #stack: number[] = [];
  readonly #moves = new Map<number, Set<Move>>();
  /** Moves that may be merged now, the most frequent last; and those that wait until a degree falls. */
  readonly #ready: Move[];
  readonly #waiting = new Set<Move>();
  /** Moves that are in one of the two. */
  readonly #open: Set<Move>;

  constructor(graph: Interference, unspillable: ReadonlySet<number>) {
    this.#graph = graph;
    this.#unspillable = unspillable;
    this.#ready = graph.moves.toSorted((a, b) => a.weight - b.weight);
    this.#open = new Set(this.#ready);
    for (const move of this.#ready) {
      this.#movesOf(move.destination).add(move);
      this.#movesOf(move.source).add(move);
    }
    for (let register = 0; register < graph.neighbours.length; register += 1) {
      this.#degree.push(graph.neighbours[register]?.size ?? 0);
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
      this.#queue('simplify', chosen);
      this.#freezeMoves(chosen);
    }
    return true;
  }

  readonly #queues = { simplify: [] as number[], freeze: [] as number[], spill: [] as number[] };

  #queue(state: 'simplify' | 'freeze' | 'spill', register: number): void {
    this.#queues[state].push(register);
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
    this.#queue(state, register);
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
    for (const neighbour of this.#adjacent(register)) this.#lowerDegree(neighbour);
  }

  #lowerDegree(register: number): void {
    if (register < firstVirtual) return;
    const before = this.#degree[register] ?? 0;
    this.#degree[register] = before - 1;
    if (before !== allocatable) return;
    this.#wake(register);
    for (const neighbour of this.#adjacent(register)) this.#wake(neighbour);
    if (this.#state[register] === 'spill') this.#state[register] = this.#classify(register);
  }

  #wake(register: number): void {
    for (const move of this.#moves.get(register) ?? []) {
      if (this.#waiting.delete(move)) this.#ready.push(move);
    }
  }

  #merge(): void {
    const move = this.#ready.pop();
    if (move === undefined) return;
    this.#open.delete(move);
    const [x, y] = [this.#find(move.destination), this.#find(move.source)];
    const [keep, drop] = y < firstVirtual ? [y, x] : [x, y];
    if (keep === drop) this.#settle(keep);
    else if (drop < firstVirtual || this.#interfere(keep, drop)) {
      this.#settle(keep);
      this.#settle(drop);
    } else if (keep < firstVirtual ? this.#georgeTest(keep, drop) : this.#briggsTest(keep, drop)) {
      this.#combine(keep, drop);
      this.#settle(keep);
    } else {
      this.#waiting.add(move);
      this.#open.add(move);
    }
  }

  /** Merging with a machine register is safe if every neighbour is no trouble to it anyway. */
  #georgeTest(fixed: number, register: number): boolean {
    return this.#adjacent(register).every(
      (neighbour) =>
        neighbour < firstVirtual ||
        (this.#degree[neighbour] ?? 0) < allocatable ||
        this.#interfere(neighbour, fixed),
    );
  }

  /** Merging is safe if the result has fewer troublesome neighbours than there are machine registers. */
  #briggsTest(a: number, b: number): boolean {
    const all = new Set([...this.#adjacent(a), ...this.#adjacent(b)]);
    let troublesome = 0;
    for (const neighbour of all) {
      const shared = this.#interfere(neighbour, a) && this.#interfere(neighbour, b);
      const degree = (this.#degree[neighbour] ?? 0) - (shared ? 1 : 0);
      if (neighbour < firstVirtual || degree >= allocatable) troublesome += 1;
    }
    return troublesome < allocatable;
  }

  #combine(keep: number, drop: number): void {
    this.#state[drop] = 'merged';
    this.#alias.set(drop, keep);
    const moves = this.#movesOf(keep);
    for (const move of this.#moves.get(drop) ?? []) moves.add(move);
    this.#graph.weights[keep] = (this.#graph.weights[keep] ?? 0) + (this.#graph.weights[drop] ?? 0);
    this.#wake(drop);
    for (const neighbour of this.#adjacent(drop)) {
      this.#addEdge(neighbour, keep);
      this.#lowerDegree(neighbour);
    }
    if (this.#state[keep] === 'freeze' && (this.#degree[keep] ?? 0) >= allocatable) {
      this.#state[keep] = 'spill';
      this.#queue('spill', keep);
    }
  }

  #addEdge(a: number, b: number): void {
    if (a === b || this.#interfere(a, b)) return;
    this.#graph.neighbours[a]?.add(b);
    this.#graph.neighbours[b]?.add(a);
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
    for (const move of this.#moves.get(register) ?? []) {
      if (!this.#waiting.delete(move)) continue;
      this.#open.delete(move);
      const [x, y] = [this.#find(move.destination), this.#find(move.source)];
      this.#settle(x === this.#find(register) ? y : x);
    }
  }

  #isMoveRelated(register: number): boolean {
    for (const move of this.#moves.get(register) ?? []) if (this.#open.has(move)) return true;
    return false;
  }

  #movesOf(register: number): Set<Move> {
    const known = this.#moves.get(register);
    if (known !== undefined) return known;
    const added = new Set<Move>();
    this.#moves.set(register, added);
    return added;
  }

  #interfere(a: number, b: number): boolean {
    return this.#graph.neighbours[a]?.has(b) === true;
  }

  #adjacent(register: number): number[] {
    return [...(this.#graph.neighbours[register] ?? [])].filter((neighbour) => {
      const state = this.#state[neighbour];
      return state !== 'stacked' && state !== 'merged';
    });
  }

  readonly #find = (register: number): number => {
    let found = register;
    for (let next = this.#alias.get(found); next !== undefined; next = this.#alias.get(found)) {
      found = next;
    }
    return found;
  };

  #select(): Colours {
    const assigned = new Map<number, number>();
    const spilled = new Set<number>();
    const colourOf = (register: number): number | undefined => {
      const found = this.#find(register);
      return found < firstVirtual ? found : assigned.get(found);
    };
    for (const register of this.#stack.toReversed()) {
      const taken = new Set([...(this.#graph.neighbours[register] ?? [])].map(colourOf));
      const free = [...Array(allocatable).keys()].filter((colour) => !taken.has(colour));
      const wished = this.#wishes(register, colourOf).find((colour) => free.includes(colour));
      const colour = wished ?? free[0];
      if (colour === undefined) spilled.add(register);
      else assigned.set(register, colour);
    }
    for (const register of this.#alias.keys()) {
      const colour = colourOf(register);
      if (colour !== undefined) assigned.set(register, colour);
    }
    return { assigned, spilled, representative: this.#find };
  }

  /** Registers that would make a copy disappear which could not be merged safely. */
  #wishes(register: number, colourOf: (register: number) => number | undefined): number[] {
    return [...(this.#moves.get(register) ?? [])]
      .toSorted((a, b) => b.weight - a.weight)
      .flatMap((move) => {
        const other = this.#find(move.source) === register ? move.destination : move.source;
        return colourOf(other) ?? [];
      });
  }
}
