/** What a pointer to a function stands for. */
export class FunctionSubject {
  /** Index of its first instruction. */
  readonly at: number;
  constructor(at: number) {
    this.at = at;
  }
}
