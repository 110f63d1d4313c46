import { CommandLineError } from './command-line-error.ts';

interface SchedulerFlag {
  readonly name: string;
  readonly bit: number;
  /** Undefined for the flags that every scheduler takes. */
  readonly scheduler?: string;
}

const flags: readonly SchedulerFlag[] = [
  { name: 'sh-fallback', bit: 0x08, scheduler: 'sh' },
  { name: 'sh-port', bit: 0x10, scheduler: 'sh' },
  { name: 'mh-fallback', bit: 0x08, scheduler: 'mh' },
  { name: 'mh-port', bit: 0x10, scheduler: 'mh' },
  { name: 'flag-1', bit: 0x08 },
  { name: 'flag-2', bit: 0x10 },
  { name: 'flag-3', bit: 0x20 },
];

/** Reads `-b`'s list. Throws for a flag that does not exist or belongs to another scheduler. */
export function parseSchedulerFlags(text: string, scheduler: string): number {
  if (text === '') return 0;
  let bits = 0;
  for (const word of text.split(',')) {
    const flag = flags.find(({ name }) => name === word);
    if (flag === undefined) throw new CommandLineError(`invalid scheduler flag \`${word}'`);
    if (flag.scheduler !== undefined && flag.scheduler !== scheduler) {
      throw new CommandLineError(`incompatible scheduler flag \`${word}'`);
    }
    bits |= flag.bit;
  }
  return bits;
}

/** The flags of a service by name; bits that its scheduler has no name for are left out. */
export function writeSchedulerFlags(bits: number, scheduler: string): string {
  const own = flags.filter((flag) => flag.scheduler === scheduler);
  const known = own.length > 0 ? own : flags.filter((flag) => flag.scheduler === undefined);
  return known
    .filter(({ bit }) => (bits & bit) !== 0)
    .map(({ name }) => name)
    .join(',');
}
