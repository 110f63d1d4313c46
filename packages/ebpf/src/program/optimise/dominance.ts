import type { Block } from '../ir/function.ts';
import type { Graph } from './graph.ts';

/** Answers whether every way to one block passes another. */
export class Dominance {
  /** Visit numbers of a walk over the dominator tree, on the way in and out. */
  readonly #entered = new Map<Block, number>();
  readonly #left = new Map<Block, number>();

  constructor(graph: Graph) {
    const children = new Map<Block, Block[]>(graph.order.map((block) => [block, []]));
    for (const block of graph.order) {
      const dominator = graph.dominator(block);
      if (dominator !== undefined) children.get(dominator)?.push(block);
    }
    let count = 0;
    const pending = graph.order.slice(0, 1).map((block) => ({ block, done: false }));
    for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
      count += 1;
      if (top.done) this.#left.set(top.block, count);
      else {
        this.#entered.set(top.block, count);
        pending.push({ block: top.block, done: true });
        for (const block of children.get(top.block) ?? []) pending.push({ block, done: false });
      }
    }
  }

  dominates(above: Block, below: Block): boolean {
    const at = this.#entered.get(below) ?? 0;
    return (this.#entered.get(above) ?? Infinity) <= at && at <= (this.#left.get(above) ?? 0);
  }
}
