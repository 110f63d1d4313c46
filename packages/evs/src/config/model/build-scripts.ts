import { caution, failure } from '../text/diagnostic.ts';
import { only, placeOf } from '../language/read-section.ts';
import type { Located } from '../language/spec.ts';
import type { Command } from '../language/values/commands.ts';
import type { ScriptUser } from '../language/values/words.ts';
import type { Build } from './build.ts';

/** The user of a script, if this machine has it. */
export function scriptUserOf(
  values: readonly Located<ScriptUser>[],
  { report, machine }: Build,
): ScriptUser | undefined {
  const runAs = only(values);
  if (runAs === undefined || isThere(runAs, machine)) return runAs;
  report(failure(placeOf(values), `This machine has no ${missingOf(runAs, machine)}`));
  return undefined;
}

const isThere = ({ user, group }: ScriptUser, machine: Build['machine']): boolean =>
  machine.hasUser(user) && (group === undefined || machine.hasGroup(group));

const missingOf = ({ user, group }: ScriptUser, machine: Build['machine']): string =>
  machine.hasUser(user) ? `group ${group ?? user}` : `user ${user}`;

/** Whether scripts may run as root although others can change them, which is told once. */
export class ScriptSecurity {
  readonly #enabled: boolean;
  readonly #build: Build;
  #told = false;

  constructor(enabled: boolean, build: Build) {
    this.#enabled = enabled;
    this.#build = build;
  }

  /** Takes note of a script. One that this machine lacks is no danger, and is only reported by who needs it. */
  notice(values: readonly Located<Command>[]): Command | undefined {
    const command = only(values);
    if (command === undefined || this.#enabled || this.#told) return command;
    if (!this.#build.machine.hasProgram(command.words[0])) return command;
    this.#told = true;
    this.#build.report(
      caution(placeOf(values), 'Scripts run without a look at who may change them', {
        hint: 'Write enable_script_security and script_user into global_defs',
        status: 6,
      }),
    );
    return command;
  }
}
