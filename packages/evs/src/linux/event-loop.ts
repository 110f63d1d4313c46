import { errno, libc } from './libc.ts';
import { pollReadable } from './poll.ts';
import { SystemCallError } from './system-call.ts';

/** Timers and descriptors of one thread. */
export interface Loop {
  /** Calls back once, and says how many milliseconds later than asked for. Returns what cancels it. */
  after(ms: number, fire: (lateMs: number) => void): () => void;
  /** Calls back whenever the descriptor has something to read, until the result is disposed of. */
  readable(fd: number, onReadable: () => void): Disposable;
}

/** The loop of Node's main thread. */
export const nodeLoop: Loop = {
  after(ms, fire) {
    const due = performance.now() + ms;
    const timer = setTimeout(() => {
      fire(performance.now() - due);
    }, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  readable: (fd, onReadable) => pollReadable(fd, onReadable),
};

interface Timer {
  readonly due: number;
  readonly fire: (lateMs: number) => void;
}

const POLLIN = 1;
/** `struct pollfd`: descriptor, events wanted, events seen. */
const pollfdBytes = 8;
const EINTR = 4;

/**
 * A loop for a thread of its own, where nothing but this runs: ppoll(2) with timers to the microsecond. What has
 * arrived is read before timers fire, so that a thread that was held up first hears what it missed.
 */
export class EventLoop implements Loop {
  /** In the order in which they are due. */
  readonly #timers: Timer[] = [];
  readonly #readers = new Map<number, () => void>();
  #pollfds = Buffer.alloc(0);
  readonly #timeout = Buffer.alloc(16); // struct timespec
  #running = false;
  /** When the timer was due that fires now: what it starts counts from there, so that periods do not drift. */
  #firing: number | undefined;

  after(ms: number, fire: (lateMs: number) => void): () => void {
    const now = performance.now();
    const timer = { due: Math.max(now, (this.#firing ?? now) + ms), fire };
    const later = this.#timers.findIndex(({ due }) => due > timer.due);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  readable(fd: number, onReadable: () => void): Disposable {
    this.#readers.set(fd, onReadable);
    this.#describe();
    return {
      [Symbol.dispose]: () => {
        this.#readers.delete(fd);
        this.#describe();
      },
    };
  }

  /** Returns after `end`. */
  run(): void {
    this.#running = true;
    while (this.#running) {
      this.#wait();
      this.#fireDue();
    }
  }

  end(): void {
    this.#running = false;
  }

  #describe(): void {
    this.#pollfds = Buffer.alloc(this.#readers.size * pollfdBytes);
    [...this.#readers.keys()].forEach((fd, index) => {
      this.#pollfds.writeInt32LE(fd, index * pollfdBytes);
      this.#pollfds.writeInt16LE(POLLIN, index * pollfdBytes + 4);
    });
  }

  /** Until something arrives or a timer is due. */
  #wait(): void {
    const pollfds = this.#pollfds;
    const count = pollfds.length / pollfdBytes;
    const ready = libc.ppoll(pollfds, count, this.#untilNextTimer(), null);
    if (ready < 0 && errno() !== EINTR) {
      throw new SystemCallError('ppoll', `${count} descriptors`, errno(), { attempt: 'wait for' });
    }
    if (ready <= 0) return;
    for (let at = 0; at < pollfds.length; at += pollfdBytes) {
      if (pollfds.readInt16LE(at + 6) === 0) continue;
      this.#readers.get(pollfds.readInt32LE(at))?.();
    }
  }

  /** Null: for ever. */
  #untilNextTimer(): Buffer | null {
    const [next] = this.#timers;
    if (next === undefined) return null;
    const ns = Math.max(0, Math.ceil((next.due - performance.now()) * 1e6));
    this.#timeout.writeBigInt64LE(BigInt(Math.floor(ns / 1e9)), 0);
    this.#timeout.writeBigInt64LE(BigInt(ns % 1e9), 8);
    return this.#timeout;
  }

  /** One by one: what fires may cancel the next. Those that are made meanwhile wait for their turn. */
  #fireDue(): void {
    const now = performance.now();
    for (let next = this.#timers[0]; next !== undefined && next.due <= now;) {
      this.#timers.shift();
      this.#firing = next.due;
      next.fire(now - next.due);
      next = this.#timers[0];
    }
    this.#firing = undefined;
  }
}
