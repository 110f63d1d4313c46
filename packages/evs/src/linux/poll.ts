import koffi from 'koffi';
import { isMainThread } from 'node:worker_threads';
import { EvsError } from '../errors/index.ts';
import { addressOf } from './libc.ts';
import { errnoName } from './system-call.ts';

/** UV_POLL of `enum uv_handle_type` and UV_READABLE of `enum uv_poll_event` in libuv's uv.h. */
const UV_POLL = 8;
const UV_READABLE = 1;

/** Node exports libuv's functions; its interface is stable within libuv 1. */
const node = koffi.load(null);
const pollCallback = koffi.proto('void evs_uv_poll_cb(void *handle, int status, int events)');
const closeCallback = koffi.proto('void evs_uv_close_cb(void *handle)');
/** A function of libuv by its C prototype. */
const bind = (prototype: string): never => node.func(prototype) as never;
const uv: {
  defaultLoop: () => bigint;
  handleSize: (type: number) => number;
  pollInit: (loop: bigint, handle: Buffer, fd: number) => number;
  pollStart: (handle: Buffer, events: number, callback: bigint) => number;
  close: (handle: Buffer, callback: bigint) => void;
  ref: (handle: Buffer) => void;
  unref: (handle: Buffer) => void;
} = {
  defaultLoop: bind('void *uv_default_loop()'),
  handleSize: bind('size_t uv_handle_size(int type)'),
  pollInit: bind('int uv_poll_init(void *loop, void *handle, int fd)'),
  pollStart: bind('int uv_poll_start(void *handle, int events, evs_uv_poll_cb *callback)'),
  close: bind('void uv_close(void *handle, evs_uv_close_cb *callback)'),
  ref: bind('void uv_ref(void *handle)'),
  unref: bind('void uv_unref(void *handle)'),
};

/** Every open handle by its address. Holding it here keeps the garbage collector away from it. */
const handles = new Map<bigint, { memory: Buffer; onReadable: (() => void) | undefined }>();

/**
 * An exception that leaves a native callback vanishes, and with it all later events: it is thrown again where
 * Node sees it.
 */
const onPoll = koffi.register((handle: bigint) => {
  try {
    handles.get(handle)?.onReadable?.();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}, koffi.pointer(pollCallback));
const onClose = koffi.register((handle: bigint) => {
  handles.delete(handle);
}, koffi.pointer(closeCallback));

/** A watch on a descriptor; dispose of it before the descriptor is closed. */
export interface Poll extends Disposable {
  /** Lets the process end although this waits. */
  unref(): void;
  /** Undoes `unref`. */
  ref(): void;
}

/**
 * Calls `onReadable` whenever the descriptor has something to read, as long as it has. For descriptors that
 * Node does not take: netlink, packet and raw sockets, ring buffers. Main thread only. Keeps the process alive.
 */
export function pollReadable(fd: number, onReadable: () => void): Poll {
  if (!isMainThread) {
    throw new EvsError('E_UNSUPPORTED', 'Cannot wait for a descriptor outside the main thread');
  }
  const memory = Buffer.alloc(uv.handleSize(UV_POLL));
  check(uv.pollInit(uv.defaultLoop(), memory, fd), fd);
  const address = addressOf(memory);
  const handle = { memory, onReadable: onReadable as (() => void) | undefined };
  handles.set(address, handle);
  const started = uv.pollStart(memory, UV_READABLE, onPoll);
  if (started < 0) uv.close(memory, onClose);
  check(started, fd);
  return {
    ref: () => uv.ref(memory),
    unref: () => uv.unref(memory),
    [Symbol.dispose]: () => {
      if (handle.onReadable !== undefined) uv.close(memory, onClose);
      handle.onReadable = undefined;
    },
  };
}

function check(result: number, fd: number): void {
  if (result >= 0) return;
  throw new EvsError('E_SYSTEM_CALL', `Cannot wait for descriptor ${fd}: ${errnoName(-result)}`);
}
