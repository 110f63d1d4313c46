import { commandWords } from '../../text/command-words.ts';
import { failure } from '../../text/diagnostic.ts';
import { slice, spanOf } from '../../text/line.ts';
import { peek, take, type Cursor } from '../cursor.ts';
import type { Read, Value } from '../value.ts';
import type { ScriptUser } from './words.ts';

/** A program and its arguments, run without a shell. */
export interface Command {
  readonly words: readonly [string, ...string[]];
  /** As whom, if the keyword says so itself. */
  readonly runAs?: ScriptUser;
}

/**
 * The rest of the line. Its first word, mostly in double quotes, is a command with its arguments; what follows
 * are the user and group where the keyword takes them, further arguments elsewhere.
 */
export const command = ({ user }: { readonly user: boolean }): Value<Command> => ({
  syntax: user ? 'COMMAND [USER [GROUP]]' : 'COMMAND',
  optional: false,
  read: (cursor) => readCommand(cursor, user),
});

function readCommand(cursor: Cursor, user: boolean): Read<Command> {
  const first = take(cursor, 'a command');
  if (first === undefined) return undefined;
  const { line } = cursor.statement;
  const rest = slice(line, keywordEnd(line.text));
  cursor.index = cursor.words.length;
  const outer = commandWords(rest.text.trim());
  if ('problem' in outer) {
    cursor.report(failure(spanOf(rest), outer.problem));
    return undefined;
  }
  const [head = '', ...tail] = outer.words;
  const inner = commandWords(head);
  const words = 'problem' in inner ? [head] : inner.words;
  const [program, ...parameters] = words;
  if (program === undefined) {
    cursor.report(failure(first.at, 'This command is empty'));
    return undefined;
  }
  const [runAsUser, group] = tail;
  if (!user || runAsUser === undefined) {
    return { value: { words: [program, ...parameters, ...tail] } };
  }
  return { value: { words: [program, ...parameters], runAs: { user: runAsUser, group } } };
}

const keywordEnd = (text: string): number => /^\s*\S+/.exec(text)?.[0].length ?? 0;

/** A user and perhaps a group. */
export const scriptUser: Value<ScriptUser> = {
  syntax: 'USER [GROUP]',
  optional: false,
  read: (cursor) => {
    const user = take(cursor, 'a user');
    if (user === undefined) return undefined;
    const group = peek(cursor)?.text;
    if (group !== undefined) cursor.index++;
    return { value: { user: user.text, group } };
  },
};
