import { readFileSync } from 'node:fs';
import type { ScriptUser } from '../../config/index.ts';

/** Whom a program runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const root: Account = { uid: 0, gid: 0 };
/** keepalived.conf(5), script_user: the user that scripts run as if this machine has it. */
const usualUser = 'keepalived_script';

/** An account of this machine by name; undefined if it is not there. */
export function accountOf({ user, group }: ScriptUser): Account | undefined {
  const [uid, ownGroup] = numbersOf('/etc/passwd', user);
  const gid = group === undefined ? ownGroup : numbersOf('/etc/group', group)[0];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

export const usualAccount = (): Account | undefined =>
  accountOf({ user: usualUser, group: undefined });

/** Third and fourth field of the line of that name, passwd(5) and group(5). */
function numbersOf(file: string, name: string): number[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  const [, , ...rest] = line?.split(':') ?? [];
  return rest.slice(0, 2).map(Number);
}
