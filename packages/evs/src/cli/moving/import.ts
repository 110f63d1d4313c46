import type { DirectorClient } from '../../api/index.ts';
import { commandsOf, Drafting, type Command, type DirectorState } from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import { neverMoved, subjectOf, summaryOf, type Baggage } from './left-out.ts';
import { stateOf } from './state-of.ts';

export interface ImportOptions {
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
  /** Delete the director's own services first. */
  readonly replace: boolean;
  /** Take over the rest where something cannot be. */
  readonly partial: boolean;
}

/** What came of an import, or would come of it. */
export interface ImportReport {
  readonly done: boolean;
  readonly summary: string;
  readonly leftOut: readonly string[];
}

/**
 * Has a director take over a configuration: all of it or nothing. Throws E_INVALID with everything that stands
 * in the way.
 */
export async function importInto(
  director: DirectorClient,
  { commands, leftOut, untold = [] }: Baggage,
  options: ImportOptions,
): Promise<ImportReport> {
  const all: Command[] = options.replace ? [{ kind: 'clear' }, ...commands] : [...commands];
  const before = await stateOf(director);
  const obstacles = [...(options.partial ? [] : leftOut), ...refusalsOf(before, all)];
  if (obstacles.length > 0) {
    throw new EvsError('E_INVALID', `Cannot import, nothing was changed:\n${list(obstacles)}`, {
      hint: hintFor(options, leftOut),
    });
  }
  if (!options.dryRun) await carryOut(director, all, before);
  return {
    done: !options.dryRun,
    summary: summaryOf(commands),
    leftOut: [...leftOut, ...untold, ...neverMoved],
  };
}

/** What a director in this state would refuse of the commands. */
function refusalsOf(state: DirectorState, commands: readonly Command[]): string[] {
  const drafting = new Drafting(state);
  const refusals: string[] = [];
  for (const command of commands) {
    // Which devices there are, only the director knows.
    if (command.kind === 'startDaemon') continue;
    try {
      drafting.apply(command);
    } catch (error) {
      if (!(error instanceof EvsError)) throw error;
      refusals.push(`${subjectOf(command)}: ${error.message}`);
    }
  }
  return refusals;
}

/** As many as the API takes at once, and fewer. */
const batchSize = 5000;

/** If the director refuses a part after all, it is given back what it had, and the refusal is thrown. */
async function carryOut(
  director: DirectorClient,
  commands: readonly Command[],
  before: DirectorState,
): Promise<void> {
  const refused = await execute(director, commands);
  if (refused.length === 0) return;
  const stopped = (['master', 'backup'] as const).map(
    (role) => ({ kind: 'stopDaemon', role }) as const,
  );
  await execute(director, [{ kind: 'clear' }, ...stopped, ...commandsOf(before)]);
  throw new EvsError('E_INVALID', `Cannot import, all is as before:\n${list(refused)}`);
}

/** Carries out commands and tells what was refused. */
async function execute(director: DirectorClient, commands: readonly Command[]): Promise<string[]> {
  const refused: string[] = [];
  for (let at = 0; at < commands.length; at += batchSize) {
    const batch = commands.slice(at, at + batchSize);
    for (const [index, result] of (await director.execute(batch)).entries()) {
      const command = batch[index];
      if (!result.ok && command !== undefined) {
        refused.push(`${subjectOf(command)}: ${result.message}`);
      }
    }
  }
  return refused;
}

const list = (texts: readonly string[]): string => texts.map((text) => `  ${text}`).join('\n');

function hintFor({ replace, partial }: ImportOptions, leftOut: readonly string[]): string {
  const hints = [
    ...(replace ? [] : ["--replace deletes the director's own services first"]),
    ...(leftOut.length > 0 && !partial ? ['--partial takes over the rest'] : []),
  ];
  return hints.join('; ') || 'Mend what is listed';
}
