import { spawn } from 'node:child_process';
import type { Command, GlobalDefinitions } from '../../config/index.ts';
import type { Logger } from '../log.ts';
import { accountOf, root, usualAccount, type Account } from './accounts.ts';
import { changeablePart, findProgram } from './who-may-change.ts';

export type ScriptRules = Pick<GlobalDefinitions, 'scriptUser' | 'scriptSecurity'>;

/** Runs the programs that a configuration names, as whom and if it says so. keepalived.conf(5), script_user. */
export class ScriptRunner {
  /** In force from now on for whatever is started. */
  rules: ScriptRules;
  readonly #log: Logger;

  constructor(rules: ScriptRules, log: Logger) {
    this.rules = rules;
    this.#log = log;
  }

  /** Whom a command runs as; undefined, and logged, if it must not run. */
  admit(command: Command): Account | undefined {
    const account = this.#accountFor(command);
    const problem =
      account === undefined ? 'its user is not there' : this.#problem(command, account);
    if (problem === undefined) return account;
    this.#log.error({ program: command.words[0] }, `A program is not run: ${problem}`);
    return undefined;
  }

  /** Starts a command with further words and waits for nothing. Its output goes nowhere. */
  run(command: Command, ...words: readonly string[]): void {
    const account = this.admit(command);
    if (account === undefined) return;
    const [program, ...own] = command.words;
    const child = spawn(program, [...own, ...words], {
      stdio: 'ignore',
      detached: true,
      ...identityOf(account),
    });
    child.once('error', (error) => {
      this.#log.error({ program, err: error }, 'A program cannot be run');
    });
    child.unref();
  }

  /** Without script security a program that names no user runs as root in the end. */
  #accountFor({ runAs }: Command): Account | undefined {
    const said = runAs ?? this.rules.scriptUser;
    if (said !== undefined) return accountOf(said);
    return usualAccount() ?? (this.rules.scriptSecurity ? undefined : root);
  }

  #problem({ words: [name] }: Command, { uid }: Account): string | undefined {
    const program = findProgram(name);
    if (program === undefined) return 'it is not there';
    if (!this.rules.scriptSecurity || uid !== 0) return undefined;
    const part = changeablePart(program);
    return part && `others than root may change ${part}`;
  }
}

/** For spawn(): who runs as root needs no change of identity. */
export const identityOf = ({ uid, gid }: Account): Partial<Account> =>
  uid === process.getuid?.() && gid === process.getgid?.() ? {} : { uid, gid };
