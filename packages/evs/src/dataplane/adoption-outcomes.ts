/** What may become of a connection or template that another director told of. */
export const adoptionOutcomes = [
  'pending',
  'made',
  'updated',
  'ignored',
  'being changed',
  'table full',
  'no real server',
] as const;
export type AdoptionOutcome = (typeof adoptionOutcomes)[number];
export const outcomeNumber = (outcome: AdoptionOutcome): number =>
  adoptionOutcomes.indexOf(outcome);
