import { CommandLineError } from './command-line-error.ts';

interface SchedulerFlag {
  readonly name: string;
  readonly bit: number;
  /** Undefined for the flags that every scheduler takes. wdh and wsh, which are ours, go with sh. */
  readonly schedulers?: readonly string[];
}

const flags: readonly SchedulerFlag[] = [
  { name: 'sh-fallback', bit: 0x08, schedulers: ['sh', 'wsh', 'wdh'] },
  { name: 'sh-port', bit: 0x10, schedulers: ['sh', 'wsh'] },
  { name: 'mh-fallback', bit: 0x08, schedulers: ['mh'] },
  { name: 'mh-port', bit: 0x10, schedulers: ['mh'] },
  { name: 'flag-1', bit: 0x08 },
  { name: 'flag-2', bit: 0x10 },
  { name: 'flag-3', bit: 0x20 },
];

/** Reads `-b`'s list, whose empty places do not count. Throws for a flag that does not exist or belongs to another scheduler. */
export function parseSchedulerFlags(text: string, scheduler: string): number {
  let bits = 0;
  for (const word of text.split(',').filter((name) => name !== '')) {
    const flag = flags.find(({ name }) => name === word);
    if (flag === undefined) throw new CommandLineError(`invalid scheduler flag \`${word}'`);
    if (flag.schedulers?.includes(scheduler) === false) {
      throw new CommandLineError(`incompatible scheduler flag \`${word}'`);
    }
    bits |= flag.bit;
  }
  return bits;
}

/** The flags of a service in words that can be read back, whatever the scheduler. */
export function writeEveryFlag(bits: number, scheduler: string): string {
  const own = flags.filter((flag) => flag.schedulers?.includes(scheduler) === true);
  const others = flags.filter(
    (flag) => flag.schedulers === undefined && !own.some(({ bit }) => bit === flag.bit),
  );
  return namesOf(bits, [...own, ...others]);
}

/** The flags of a service by name; bits that its scheduler has no name for are left out. */
export function writeSchedulerFlags(bits: number, scheduler: string): string {
  const own = flags.filter((flag) => flag.schedulers?.includes(scheduler) === true);
  const known = own.length > 0 ? own : flags.filter((flag) => flag.schedulers === undefined);
  return namesOf(bits, known);
}

const namesOf = (bits: number, known: readonly SchedulerFlag[]): string =>
  known
    .filter(({ bit }) => (bits & bit) !== 0)
    .map(({ name }) => name)
    .join(',');
