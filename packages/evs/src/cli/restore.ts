import { setImmediate as turn } from 'node:timers/promises';
import type { Command } from '../director/index.ts';
import { CommandLineError, usageHint } from './command-line-error.ts';
import type { Invocation } from './invocation.ts';
import { parseCommandLine } from './parse.ts';
import { done, listingFailed, run, runChanges, type Surroundings } from './run.ts';

/** Changes that are sent together; a listing sees all that came before it. */
const batchSize = 5000;
/** So often the event loop has its turn, that what was sent is on its way. */
const linesPerTurn = 200;

/**
 * Carries out the command lines on standard input. Refused changes and misspelt options do not stop it;
 * lines that make no sense do, and so does a listing that fails. Returns the last line's exit status.
 */
export async function restore(surroundings: Surroundings): Promise<number> {
  let status = done;
  let pending: Command[] = [];
  let sent: Promise<void> = Promise.resolve();
  /** One batch is carried out while the next one is read. */
  const send = async (): Promise<void> => {
    await sent;
    const batch = pending;
    pending = [];
    if (batch.length === 0) return;
    sent = runChanges(batch, surroundings).then((last) => void (status = last));
    // Whoever waits hears of it; until then it is no unhandled rejection.
    sent.catch(() => undefined);
  };
  const flush = async (): Promise<void> => {
    await send();
    await sent;
  };
  for (const [number, words] of readLines(await surroundings.input()).entries()) {
    if (number % linesPerTurn === linesPerTurn - 1) await turn();
    const line = await readLine(words, surroundings);
    if (line instanceof CommandLineError) {
      await flush();
      surroundings.complain(`${line.message}\n`);
      status = line.exitStatus;
      if (line.endsRestore) return status;
    } else if (line.kind === 'change') {
      pending.push(line.command);
      if (pending.length === batchSize) await send();
    } else {
      await flush();
      status = await run(line, surroundings);
      if (endsRestore(line, status)) return status;
    }
  }
  await flush();
  return status;
}

const readLines = (text: string): string[][] =>
  text
    .split('\n')
    .map(wordsOf)
    .filter((words) => words.length > 0);

/** The words of a line. The program's name may stand anywhere in it. */
export const wordsOf = (line: string): string[] =>
  line.split(/[ \t\r\f\v]+/).filter((word) => word !== '' && word !== 'ipvsadm');

async function readLine(
  words: readonly string[],
  { names }: Surroundings,
): Promise<Exclude<Invocation, { kind: 'restore' }> | CommandLineError> {
  try {
    const invocation = await parseCommandLine(words, names);
    return invocation.kind === 'restore' ? usageHint() : invocation;
  } catch (error) {
    if (error instanceof CommandLineError) return error;
    throw error;
  }
}

function endsRestore({ kind }: Invocation, status: number): boolean {
  return kind === 'help' || kind === 'version' || status === listingFailed;
}
