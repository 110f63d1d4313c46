import type { CommandResult } from '../api/index.ts';
import {
  applyCommand,
  type Command,
  type DirectorState,
  type ServiceKey,
} from '../director/index.ts';
import { EvsError } from '../errors/index.ts';

/** What commands come to, before any of it is done. */
export interface Outcome {
  readonly state: DirectorState;
  readonly results: readonly CommandResult[];
  /** Services whose counters are to be zeroed; undefined stands for all. */
  readonly zeroed: readonly (ServiceKey | undefined)[];
}

/** Applies commands in order; one that is refused leaves the state to the next as it was. */
export function runCommands(state: DirectorState, commands: readonly Command[]): Outcome {
  let next = state;
  const zeroed: (ServiceKey | undefined)[] = [];
  const results = commands.map((command): CommandResult => {
    try {
      next = applyCommand(next, command);
      if (command.kind === 'zero') zeroed.push(command.key);
      return { ok: true };
    } catch (error) {
      return refusalOf(error);
    }
  });
  return { state: next, results, zeroed };
}

/** An operator's error as a result; other errors are ours, and thrown on. */
export function refusalOf(error: unknown): CommandResult {
  if (!(error instanceof EvsError)) throw error;
  const { code, message, hint } = error;
  return { ok: false, code, message, ...(hint !== undefined && { hint }) };
}
