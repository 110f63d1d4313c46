import type { SynchronisationRole, Timeouts } from '../director/index.ts';
import { CommandLineError, usageHint } from './command-line-error.ts';
import { startDraft } from './draft.ts';
import { draftedScheduler } from './drafted-service.ts';
import { finishDraft } from './finish-draft.ts';
import { checkFit } from './fitting-settings.ts';
import type { Invocation } from './invocation.ts';
import type { Names } from './names.ts';
import type { CommandName } from './options.ts';
import { readOption, timeoutSeconds } from './read-option.ts';
import { parseSchedulerFlags } from './scheduler-flags.ts';
import { readTokens, type Token } from './tokens.ts';

const listAll: Invocation = {
  kind: 'list',
  format: { view: 'default', numeric: false, exact: false, sorted: true },
};

/**
 * Reads the words of one command line, without the program's name. Throws a CommandLineError with
 * ipvsadm's text for the first mistake that ipvsadm 1.31 would find.
 */
export async function parseCommandLine(
  words: readonly string[],
  names: Names,
): Promise<Invocation> {
  if (words.length === 0) return listAll;
  const operands: string[] = [];
  const tokens = readTokens(words, operands);
  const first = firstToken(tokens);
  const command = first.option.command;
  if (command === undefined) throw usageHint();
  if (command === 'help' || command === 'version') return { kind: command };
  const draft = startDraft(command);
  if (first.value !== undefined) draft.daemon.role = daemonRole(command, first.value);
  for (const { option, value, word } of tokens) {
    if (option.command !== undefined) throw new CommandLineError(`invalid option \`${word}'`);
    await readOption(draft, option, value, names);
  }
  if (command === 'set') draft.timeouts = takeTimeouts(operands);
  const [stray] = operands;
  if (stray !== undefined) throw new CommandLineError(`unexpected argument ${stray}`);
  parseSchedulerFlags(draft.schedulerFlags, draftedScheduler(draft));
  checkFit(command, draft.given);
  return finishDraft(draft);
}

/** Whatever is wrong with the first option, ipvsadm only points to its help. */
function firstToken(tokens: Generator<Token, void>): Token {
  try {
    const { value, done } = tokens.next();
    if (done !== true) return value;
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
  }
  throw usageHint();
}

function daemonRole(command: CommandName, value: string): SynchronisationRole {
  if (value === 'master' || value === 'backup') return value;
  throw new CommandLineError(
    command === 'start-daemon'
      ? 'illegal start-daemon parameter specified'
      : 'illegal start_daemon specified',
  );
}

/** The three values of `--set` are words of their own. */
function takeTimeouts(operands: string[]): Timeouts {
  const [tcp, tcpFin, udp] = operands.splice(0, 3);
  if (tcp === undefined || tcpFin === undefined || udp === undefined) {
    throw new CommandLineError('--set option requires 3 timeout values');
  }
  return {
    tcp: timeoutSeconds(tcp, 0),
    tcpFin: timeoutSeconds(tcpFin, 0),
    udp: timeoutSeconds(udp, 0),
  };
}
