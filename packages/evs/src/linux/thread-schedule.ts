import { libc } from './libc.ts';
import { checked } from './system-call.ts';

const PRIO_PROCESS = 0;
const SCHED_RR = 2;
const MCL_CURRENT = 1;
const MCL_FUTURE = 2;
/** `cpu_set_t` of sched.h: 1,024 processors. */
const cpuSetBytes = 128;

/** How the kernel is to run the thread that this is called in. What is absent stays. */
export interface ThreadSchedule {
  /** -20, before all others, to 19. */
  readonly nice?: number;
  /** SCHED_RR, 1 to 99: before all that has none. */
  readonly realTimePriority?: number;
  /** Numbers of the processors that it may run on. */
  readonly processors?: readonly number[];
  /** The whole process stays in memory. mlockall(2). */
  readonly locked?: boolean;
}

/** Applies to the calling thread, but `locked`. sched(7), setpriority(2). Throws SystemCallError. */
export function scheduleThread(wanted: ThreadSchedule): void {
  const { nice, realTimePriority, processors, locked } = wanted;
  const on = 'this thread';
  if (nice !== undefined) checked(libc.setpriority(PRIO_PROCESS, 0, nice), 'setpriority', on);
  if (processors !== undefined && processors.length > 0) {
    const set = processorSet(processors);
    checked(libc.sched_setaffinity(0, set.length, set), 'sched_setaffinity', on);
  }
  if (realTimePriority !== undefined) {
    const parameter = Buffer.alloc(4);
    parameter.writeInt32LE(realTimePriority);
    checked(libc.sched_setscheduler(0, SCHED_RR, parameter), 'sched_setscheduler', on);
  }
  if (locked === true) checked(libc.mlockall(MCL_CURRENT | MCL_FUTURE), 'mlockall', 'the process');
}

function processorSet(processors: readonly number[]): Buffer {
  const set = Buffer.alloc(cpuSetBytes);
  for (const processor of processors) {
    const at = processor >> 3;
    if (at < set.length) set[at] = (set[at] ?? 0) | (1 << (processor & 7));
  }
  return set;
}
