/** Why a message, or one of its records, is not taken. */
export const rejections = [
  'cut short',
  'wrong size',
  'wrong sync id',
  'unknown version',
  'unknown record',
  'unknown option',
  'broken option',
  'unknown protocol',
  'impossible state',
  'impossible flags',
  'not authentic',
  'replayed',
] as const;
export type Rejection = (typeof rejections)[number];
