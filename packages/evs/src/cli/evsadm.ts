import { CommandLineError } from './command-line-error.ts';
import { parseCommandLine } from './parse.ts';
import { restore } from './restore.ts';
import { run, type Surroundings } from './run.ts';

/** Carries out one command line, given without the program's name. Returns its exit status. */
export async function evsadm(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    const invocation = await parseCommandLine(words, surroundings.names);
    return invocation.kind === 'restore'
      ? await restore(surroundings)
      : await run(invocation, surroundings);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    surroundings.complain(`${error.message}\n`);
    return error.exitStatus;
  }
}
