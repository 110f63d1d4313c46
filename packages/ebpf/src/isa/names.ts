/** How to call the things that an instruction refers to by number. */
export interface Names {
  /** The jump target at an instruction index. */
  readonly label: (index: number) => string;
  /** The function that starts at an instruction index. */
  readonly function: (index: number) => string;
  /** What the 64-bit immediate at an instruction index refers to; undefined if it is a plain number. */
  readonly reference: (index: number) => string | undefined;
}
