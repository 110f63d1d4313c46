import type { Program } from '@evs/ebpf';
import { setFlagsFromString } from 'node:v8';
import { encodeProgramBtf } from '../../linux/index.ts';
import type { DirectorMaps } from '../maps.ts';
import type { Features } from '../program/assembly.ts';
import { adoptProgram } from '../program/adopt.ts';
import { directorProgram } from '../program/director.ts';
import { sweepProgram } from '../program/sweep.ts';
import type { LoadableProgram } from './program-file.ts';

/** The programs of a director: one body, assembled for each kind of place it runs in. */
export type ProgramPlace = 'xdp' | 'tc' | 'loopback' | 'sweep' | 'adopt';

/**
 * The program for a place, ready to be loaded. Takes a tenth of a second: each function of the assembler runs
 * often enough for V8 to optimise it, yet not long enough to repay that, so that it is told not to.
 */
export function assembleProgram(
  maps: DirectorMaps,
  features: Features,
  place: ProgramPlace,
): LoadableProgram {
  setFlagsFromString('--no-opt');
  try {
    const program = assemble(maps, features, place);
    return { program, btf: encodeProgramBtf(program) };
  } finally {
    setFlagsFromString('--opt');
  }
}

function assemble(maps: DirectorMaps, features: Features, place: ProgramPlace): Program {
  if (place === 'sweep') return sweepProgram(maps, features);
  if (place === 'adopt') return adoptProgram(maps, features);
  if (place === 'xdp') return directorProgram(maps, features, 'xdp');
  return directorProgram(maps, features, 'tc', place === 'loopback');
}
