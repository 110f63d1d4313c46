import { getPriority, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Features } from '../program/assembly.ts';
import type { ProgramPlace } from './assemble-program.ts';
import type { ProgramCacheOptions } from './program-cache.ts';

/** A program that is to be assembled. */
export interface Order {
  readonly features: Features;
  readonly place: ProgramPlace;
  /** `idle`: nobody waits for it, and it takes processor time that nobody else wants. */
  readonly urgency: 'awaited' | 'idle';
}

interface Waiting {
  readonly order: Order;
  readonly done: () => void;
}

/** What a thread says first: its number for the kernel. Then it says that an order is done, each time. */
export type Word = { readonly thread: number } | 'done';

const lowestPriority = 19;
/** A thread without work is let go after a while, with the tens of megabytes that it holds. */
const restlessMs = 10_000;

/**
 * Assembles programs in a thread of its own, into the cache: assembling one takes a tenth of a second, and whoever
 * has timers to keep cannot stand still for so long.
 */
export class Assembler implements Disposable {
  readonly #script: string;
  readonly #cache: ProgramCacheOptions;
  #worker: Worker | undefined;
  /** Its number for the kernel. */
  #thread: number | undefined;
  #current: Waiting | undefined;
  #queue: Waiting[] = [];
  #worked = 0;

  /** `script` is a file that calls `serveAssembly`. */
  constructor(script: string, cache: ProgramCacheOptions) {
    this.#script = script;
    this.#cache = cache;
  }

  /** Resolves when the program is in the cache, or cannot be assembled. Programs that somebody waits for come first. */
  assemble(order: Order): Promise<void> {
    return new Promise((done) => {
      this.#queue.push({ order, done });
      if (order.urgency === 'awaited') this.#queue = [...this.#awaited(), ...this.#idle()];
      this.#next();
      this.#prioritise();
    });
  }

  /** Forgets what nobody waits for. */
  forgetIdle(): void {
    const forgotten = this.#idle();
    this.#queue = this.#awaited();
    for (const { done } of forgotten) done();
  }

  #awaited(): Waiting[] {
    return this.#queue.filter(isAwaited);
  }

  #idle(): Waiting[] {
    return this.#queue.filter((waiting) => !isAwaited(waiting));
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    this.#worker ??= this.#hire();
    this.#prioritise();
    this.#worker.postMessage(this.#current.order);
  }

  /** As if it were ours if somebody waits, else it takes what nobody else wants; setpriority(2) takes a thread, too. */
  #prioritise(): void {
    if (this.#thread === undefined) return;
    const hurries = [this.#current, ...this.#queue].some(
      (one) => one !== undefined && isAwaited(one),
    );
    setPriority(this.#thread, hurries ? getPriority() : lowestPriority);
  }

  #hire(): Worker {
    const worker = new Worker(this.#script, { workerData: this.#cache });
    worker.unref();
    worker.on('message', (word: Word) => {
      if (word === 'done') return this.#finished();
      this.#thread = word.thread;
      this.#prioritise();
    });
    // Whatever went wrong goes wrong again, with a message, where the program is needed.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#thread = undefined;
      this.#finished();
    });
    return worker;
  }

  #finished(): void {
    this.#current?.done();
    this.#current = undefined;
    this.#next();
    void this.#rest(++this.#worked);
  }

  async #rest(worked: number): Promise<void> {
    await delay(restlessMs, undefined, { ref: false });
    if (this.#current === undefined && this.#worked === worked) this.#dismiss();
  }

  #dismiss(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#thread = undefined;
  }

  [Symbol.dispose](): void {
    this.#dismiss();
    this.#current?.done();
    this.#current = undefined;
    for (const { done } of this.#queue.splice(0)) done();
  }
}

const isAwaited = ({ order }: Waiting): boolean => order.urgency === 'awaited';
