import type { Builder, Pointer } from '@evs/ebpf';
import { outcomeNumber, type AdoptionOutcome } from '../adoption-outcomes.ts';
import type { Adoption, RealServerSlot } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import type { Features } from './assembly.ts';
import type { Family } from './family.ts';

/** What every step needs of one adoption. */
export interface Adopting {
  readonly b: Builder;
  readonly maps: DirectorMaps;
  readonly features: Features;
  readonly family: Family;
  readonly record: Pointer<typeof Adoption>;
  readonly server: Pointer<typeof RealServerSlot>;
}

/** Writes down what became of it. */
export const conclude = ({ record }: Adopting, outcome: AdoptionOutcome): void =>
  record.set('outcome', outcomeNumber(outcome));
