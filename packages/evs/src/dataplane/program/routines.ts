import type { PacketParameter, Subprogram, U32 } from '@evs/ebpf';
import { skipExtensionsRoutine, type SkipExtensions } from './extension-headers.ts';
import type { Family } from './family.ts';
import {
  followFirstRoutine,
  noteFirstRoutine,
  type FollowFirst,
  type NoteFirst,
} from './fragments.ts';
import { ofFamily } from './of-family.ts';
import { sumBytesRoutine, type SumBytes } from './sum-bytes.ts';
import { icmpErrorRoutine } from './icmp-error.ts';
import type { Hook, Surroundings } from './assembly.ts';
import { clampSegmentsRoutine, type ClampSegments } from './clamp-segments.ts';
import { relayErrorRoutine, type RelayError } from './relay-error.ts';
import { tunnelErrorRoutine, type TunnelError } from './tunnel-error.ts';

/** Arguments: the packet, type and code, the rest of the ICMP header, the device to send it out of. */
export type IcmpError = Subprogram<readonly [PacketParameter, U32, U32, U32]>;

/**
 * Functions of their own: what is rare and long, or wanted in several places. One that nobody calls does not
 * become part of the program.
 */
export interface Routines {
  readonly sumBytes: SumBytes;
  readonly clampSegments: (family: Family) => ClampSegments;
  readonly skipExtensions: SkipExtensions;
  readonly icmpError: (family: Family) => IcmpError;
  readonly noteFirst: (family: Family) => NoteFirst;
  readonly followFirst: (family: Family) => FollowFirst;
  readonly relayError: (family: Family) => RelayError;
  readonly tunnelError: (family: Family) => TunnelError;
}

export function defineRoutines(hook: Hook, around: Omit<Surroundings, RoutineOwn>): Routines {
  const routines: Routines = {
    sumBytes: sumBytesRoutine(hook),
    clampSegments: ofFamily((family) => clampSegmentsRoutine(around, family)),
    skipExtensions: skipExtensionsRoutine(hook),
    icmpError: ofFamily((family) => icmpErrorRoutine({ ...around, routines }, family)),
    noteFirst: ofFamily((family) => noteFirstRoutine({ ...around, routines }, family)),
    followFirst: ofFamily((family) => followFirstRoutine({ ...around, routines }, family)),
    relayError: ofFamily((family) => relayErrorRoutine({ ...around, routines }, family)),
    tunnelError: ofFamily((family) => tunnelErrorRoutine({ ...around, routines }, family)),
  };
  return routines;
}

/** What every function has its own of. */
export type RoutineOwn = 'b' | 'packet' | 'routines';
