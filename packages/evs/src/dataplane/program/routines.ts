import type { Subprogram, U32, U64 } from '@evs/ebpf';
import { skipExtensionsRoutine, type SkipExtensions } from './extension-headers.ts';
import type { Family } from './family.ts';
import { sumBytesRoutine, type SumBytes } from './sum-bytes.ts';
import { icmpErrorRoutine } from './icmp-error.ts';
import type { Hook, Surroundings } from './assembly.ts';

/** Arguments: the context, type and code, the rest of the ICMP header, the device to send it out of. */
export type IcmpError = Subprogram<readonly [U64, U32, U32, U32]>;

/**
 * Functions of their own: what is rare and long, or wanted in several places. One that nobody calls does not
 * become part of the program.
 */
export interface Routines {
  readonly sumBytes: SumBytes;
  readonly skipExtensions: SkipExtensions;
  readonly icmpError: (family: Family) => IcmpError;
}

export function defineRoutines(hook: Hook, around: Omit<Surroundings, RoutineOwn>): Routines {
  const errors = new Map<Family['name'], IcmpError>();
  const routines: Routines = {
    sumBytes: sumBytesRoutine(hook),
    skipExtensions: skipExtensionsRoutine(hook),
    icmpError: (family) => {
      const found = errors.get(family.name) ?? icmpErrorRoutine({ ...around, routines }, family);
      errors.set(family.name, found);
      return found;
    },
  };
  return routines;
}

/** What every function has its own of. */
export type RoutineOwn = 'b' | 'packet' | 'routines';
