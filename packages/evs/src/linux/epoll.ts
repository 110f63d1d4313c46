import { errno, libc } from './libc.ts';
import { pollReadable, type Poll } from './poll.ts';
import { checked, errnoName, SystemCallError } from './system-call.ts';

const EPOLL_CLOEXEC = 0x8_0000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** Events of epoll_ctl(2): writable, and once only. */
const EPOLLOUT = 4;
const EPOLLONESHOT = 0x4000_0000;

/** `struct epoll_event` has no padding on x86-64. */
const layout = process.arch === 'x64' ? { size: 12, data: 4 } : { size: 16, data: 8 };
const mostEvents = 256;

/**
 * Waits for many sockets to become writable at the price of one handle in Node's event loop. Main thread only. Keeps
 * the process alive while it waits for any.
 */
export class WritableWaiter {
  readonly #epoll = checked(libc.epoll_create1(EPOLL_CLOEXEC), 'epoll_create1', 'an epoll set');
  readonly #events = Buffer.alloc(mostEvents * layout.size);
  readonly #waiting = new Map<number, () => void>();
  readonly #poll: Poll;

  constructor() {
    this.#poll = pollReadable(this.#epoll, () => {
      this.#dispatch();
    });
    this.#poll.unref();
  }

  /** Calls back once. The descriptor must stay open until then, or until `forget`. */
  wait(fd: number, onWritable: () => void): void {
    const event = Buffer.alloc(layout.size);
    event.writeUInt32LE(EPOLLOUT + EPOLLONESHOT, 0);
    event.writeInt32LE(fd, layout.data);
    checked(libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, event), 'epoll_ctl', 'a socket');
    this.#waiting.set(fd, onWritable);
    if (this.#waiting.size === 1) this.#poll.ref();
  }

  /** Before the descriptor is closed or given away. */
  forget(fd: number): void {
    libc.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, null);
    if (this.#waiting.delete(fd) && this.#waiting.size === 0) this.#poll.unref();
  }

  #dispatch(): void {
    const count = libc.epoll_wait(this.#epoll, this.#events, mostEvents, 0);
    if (count < 0) {
      if (errnoName(errno()) === 'EINTR') return;
      throw new SystemCallError('epoll_wait', 'an epoll set', errno());
    }
    const ready = Array.from({ length: count }, (_, index) =>
      this.#events.readInt32LE(index * layout.size + layout.data),
    );
    for (const fd of ready) this.#waiting.get(fd)?.();
  }
}
