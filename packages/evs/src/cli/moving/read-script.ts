import type { Command } from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import { CommandLineError } from '../command-line-error.ts';
import type { Names } from '../names.ts';
import { parseCommandLine } from '../parse.ts';
import { wordsOf } from '../restore.ts';

/**
 * The changes in a script of `ipvsadm -S` or for `ipvsadm -R`; lines that begin with `#` explain. Throws
 * E_INVALID with the number of the first line that makes no sense: nothing is done by halves.
 */
export async function readScript(text: string, names: Names): Promise<Command[]> {
  const commands: Command[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.startsWith('#') ? [] : wordsOf(line);
    if (words.length > 0) commands.push(await readChange(words, index + 1, names));
  }
  return commands;
}

/** What a script of `ipvsadm -S` has no word for; one that was written otherwise may have. */
export function untoldBy(commands: readonly Command[]): string[] {
  const kinds = new Set(commands.map(({ kind }) => kind));
  const thresholds = commands.some(
    (command) => command.kind === 'addRealServer' && command.realServer.upperThreshold > 0,
  );
  const silent = [
    ...(thresholds ? [] : ['thresholds']),
    ...(kinds.has('setTimeouts') ? [] : ['timeouts']),
    ...(kinds.has('startDaemon') ? [] : ['synchronisation']),
    'settings',
  ];
  return [`${silent.join(', ')}: the script has none; evs import --kernel asks ip_vs itself`];
}

async function readChange(
  words: readonly string[],
  lineNumber: number,
  names: Names,
): Promise<Command> {
  const refuse = (reason: string): EvsError =>
    new EvsError('E_INVALID', `Cannot import line ${lineNumber}, ${words.join(' ')}: ${reason}`);
  try {
    const invocation = await parseCommandLine(words, names);
    if (invocation.kind === 'change') return invocation.command;
  } catch (error) {
    if (error instanceof CommandLineError) throw refuse(error.message);
    throw error;
  }
  throw refuse('it changes nothing');
}
