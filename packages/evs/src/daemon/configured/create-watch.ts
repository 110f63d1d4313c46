import type { Checker, Command, MiscCheck } from '../../config/index.ts';
import type { ClientCredentials } from '../../healthcheck/index.ts';
import { root, type ScriptRunner } from '../scripts/index.ts';
import type { BfdSessions } from './bfd-sessions.ts';
import { BfdWatch } from './bfd-watch.ts';
import { planOf } from './checker-plans.ts';
import { CheckerWatch } from './checker-watch.ts';
import type { Watch } from './watch.ts';
import { FileWatch } from './file-watch.ts';
import type { LocalAddresses } from './local-addresses.ts';
import type { TrackedFiles } from './tracked-files.ts';

/** What watches need from the daemon. */
export interface WatchTools {
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly files: TrackedFiles;
  readonly bfd: BfdSessions;
  readonly addresses: LocalAddresses;
  readonly scripts: Pick<ScriptRunner, 'admit'>;
  /** What SSL_GET shows to servers that ask who we are. */
  readonly credentials: () => ClientCredentials;
}

/**
 * The watch that carries out a checker. `before` is one that asked the same at other times: the new one goes on
 * knowing what that knew. Undefined for a program that must not run.
 */
export function createWatch(
  checker: Checker,
  { random, files, bfd, scripts, credentials }: WatchTools,
  before?: Watch,
): Watch | undefined {
  if (checker.kind === 'FILE_CHECK') return new FileWatch(checker, files);
  if (checker.kind === 'BFD_CHECK') return new BfdWatch(checker, bfd);
  const known = before instanceof CheckerWatch ? before : undefined;
  const account = checker.kind === 'MISC_CHECK' ? scripts.admit(scriptOf(checker)) : root;
  if (account === undefined) return undefined;
  const plan = planOf(checker, { random, account, credentials }, known?.plan);
  return new CheckerWatch(checker, plan, known);
}

const scriptOf = ({ command, runAs }: MiscCheck): Command => ({
  ...command,
  ...(runAs !== undefined && { runAs }),
});
