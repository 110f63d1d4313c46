import type { Program } from '@evs/ebpf';
import type { DirectorMaps } from '../maps.ts';
import type { Features } from '../program/assembly.ts';
import { directorProgram } from '../program/director.ts';
import { sweepProgram } from '../program/sweep.ts';

/** The programs of a director: one body, assembled for each kind of place it runs in. */
export type ProgramPlace = 'xdp' | 'tc' | 'loopback' | 'sweep';

export function assembleProgram(
  maps: DirectorMaps,
  features: Features,
  place: ProgramPlace,
): Program {
  if (place === 'sweep') return sweepProgram(maps, features);
  if (place === 'xdp') return directorProgram(maps, features, 'xdp');
  return directorProgram(maps, features, 'tc', place === 'loopback');
}
