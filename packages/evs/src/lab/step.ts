import type { HostName } from './topology.ts';

/** One command of the lab. */
export interface Step {
  /** The host on which it runs; absent: the machine that holds the lab. */
  readonly at?: HostName;
  readonly argv: readonly [string, ...string[]];
  /** What a person would type, where it is not just the arguments. */
  readonly typed?: string;
  /** Goes on running; it has started when it first prints something. */
  readonly background?: true;
}

/** A step from a command line without quotes: words are separated by single spaces. */
export function step(at: HostName | undefined, line: string): Step {
  const argv = line.split(' ') as [string, ...string[]];
  return at === undefined ? { argv } : { at, argv };
}

/** A command line that a shell would split into these words again. */
export const commandLine = (argv: readonly string[]): string => argv.map(quoted).join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
