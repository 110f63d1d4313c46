import type { CommandResult } from '../api/index.ts';
import { Drafting, type Command, type DirectorState, type ServiceKey } from '../director/index.ts';
import { EvsError } from '../errors/index.ts';

/** What commands come to, before any of it is done. */
export interface Outcome {
  readonly state: DirectorState;
  readonly results: readonly CommandResult[];
  /** Services whose counters are to be zeroed; undefined stands for all. */
  readonly zeroed: readonly (ServiceKey | undefined)[];
}

/** The MTU of a network device; undefined if there is none of that name. */
export type MtuOf = (device: string) => number | undefined;

/** Applies commands in order; one that is refused leaves the state to the next as it was. */
export function runCommands(
  state: DirectorState,
  commands: readonly Command[],
  mtuOf: MtuOf,
): Outcome {
  const drafting = new Drafting(state);
  const zeroed: (ServiceKey | undefined)[] = [];
  const results = commands.map((command): CommandResult => {
    try {
      drafting.apply(withMtu(command, mtuOf));
      if (command.kind === 'zero') zeroed.push(command.key);
      return { ok: true };
    } catch (error) {
      return refusalOf(error);
    }
  });
  return { state: drafting.finish(), results, zeroed };
}

function withMtu(command: Command, mtuOf: MtuOf): Command {
  if (command.kind !== 'startDaemon') return command;
  const mtu = mtuOf(command.daemon.device);
  return mtu === undefined ? command : { ...command, mtu };
}

/** An operator's error as a result; other errors are ours, and thrown on. */
export function refusalOf(error: unknown): CommandResult {
  if (!(error instanceof EvsError)) throw error;
  const { code, message, hint } = error;
  return { ok: false, code, message, ...(hint !== undefined && { hint }) };
}
