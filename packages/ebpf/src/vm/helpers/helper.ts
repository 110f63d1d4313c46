import type { Argument } from '../cpu.ts';
import type { HelperCall } from './helper-call.ts';

/** A helper function as the interpreter knows it. */
export interface Helper {
  /** How many argument registers must hold something. */
  readonly arguments: number;
  /** Register 0 afterwards: a number is extended with its sign, undefined is a null pointer. */
  readonly run: (call: HelperCall) => Argument | undefined;
}
