import koffi from 'koffi';

/** Memory that the kernel reads or writes. */
type Memory = Uint8Array | null;
/** A C `long`: koffi makes it a bigint when it is not a safe integer. */
type Long = number | bigint;

/** The functions of the C library that we call; their manual pages tell what they do. */
interface LibC {
  syscall: (number: number, a: number, b: Memory, c: number) => Long;
  mmap: (
    at: null,
    size: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => bigint;
  munmap: (at: bigint, size: number) => number;
  getpagesize: () => number;
  close: (fd: number) => number;
  mount: (
    source: string,
    target: string,
    type: string,
    flags: number,
    data: string | null,
  ) => number;
  setns: (fd: number, kind: number) => number;
  flock: (fd: number, operation: number) => number;
  mkfifo: (path: string, mode: number) => number;
  eventfd: (initial: number, flags: number) => number;
  ppoll: (descriptors: Memory, count: number, timeout: Memory, mask: null) => number;
  setpriority: (which: number, who: number, nice: number) => number;
  sched_setscheduler: (thread: number, policy: number, parameter: Memory) => number;
  sched_setaffinity: (thread: number, size: number, set: Memory) => number;
  mlockall: (flags: number) => number;
  socket: (domain: number, type: number, protocol: number) => number;
  bind: (fd: number, address: Memory, size: number) => number;
  connect: (fd: number, address: Memory, size: number) => number;
  epoll_create1: (flags: number) => number;
  epoll_ctl: (epoll: number, operation: number, fd: number, event: Memory) => number;
  epoll_wait: (epoll: number, events: Memory, most: number, timeoutMs: number) => number;
  getsockopt: (fd: number, level: number, option: number, value: Memory, size: Memory) => number;
  setsockopt: (fd: number, level: number, option: number, value: Memory, size: number) => number;
  sendto: (
    fd: number,
    from: Memory,
    size: number,
    flags: number,
    to: Memory,
    toSize: number,
  ) => Long;
  recvfrom: (
    fd: number,
    into: Memory,
    size: number,
    flags: number,
    from: Memory,
    fromSize: Memory,
  ) => Long;
  recvmsg: (fd: number, message: Memory, flags: number) => Long;
}

const library = koffi.load('libc.so.6');
/** A function by its C prototype; which TypeScript type that is, the table below says. */
const bind = (prototype: string): never => library.func(prototype) as never;

export const libc: LibC = {
  syscall: bind('long syscall(long number, long a, void *b, long c)'),
  mmap: bind('void *mmap(void *at, size_t size, int protection, int flags, int fd, long offset)'),
  munmap: bind('int munmap(void *at, size_t size)'),
  getpagesize: bind('int getpagesize()'),
  close: bind('int close(int fd)'),
  mount: bind(
    'int mount(const char *source, const char *target, const char *type, ulong flags, const char *data)',
  ),
  setns: bind('int setns(int fd, int kind)'),
  flock: bind('int flock(int fd, int operation)'),
  mkfifo: bind('int mkfifo(const char *path, uint mode)'),
  eventfd: bind('int eventfd(uint initial, int flags)'),
  ppoll: bind('int ppoll(void *descriptors, ulong count, void *timeout, void *mask)'),
  setpriority: bind('int setpriority(int which, uint who, int nice)'),
  sched_setscheduler: bind('int sched_setscheduler(int thread, int policy, void *parameter)'),
  sched_setaffinity: bind('int sched_setaffinity(int thread, size_t size, void *set)'),
  mlockall: bind('int mlockall(int flags)'),
  socket: bind('int socket(int domain, int type, int protocol)'),
  bind: bind('int bind(int fd, void *address, uint size)'),
  connect: bind('int connect(int fd, void *address, uint size)'),
  epoll_create1: bind('int epoll_create1(int flags)'),
  epoll_ctl: bind('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
  epoll_wait: bind('int epoll_wait(int epoll, void *events, int most, int timeout_ms)'),
  getsockopt: bind('int getsockopt(int fd, int level, int option, void *value, void *size)'),
  setsockopt: bind('int setsockopt(int fd, int level, int option, void *value, uint size)'),
  sendto: bind('long sendto(int fd, void *from, size_t size, int flags, void *to, uint to_size)'),
  recvfrom: bind(
    'long recvfrom(int fd, void *into, size_t size, int flags, void *from, void *from_size)',
  ),
  recvmsg: bind('long recvmsg(int fd, void *message, int flags)'),
};

/** `errno` of the last call in `libc` that failed. */
export const errno = (): number => koffi.errno();

/**
 * Address of a buffer's first byte, to be written into a structure for the kernel. The garbage collector
 * does not see such an address: the caller must hold the buffer until the call is over.
 */
export const addressOf = (memory: Uint8Array): bigint => koffi.address(memory);

/** Live memory at an address, such as a mapping; valid until it is unmapped. */
export const memoryAt = (address: bigint, sizeBytes: number): ArrayBuffer =>
  koffi.view(address, sizeBytes);
