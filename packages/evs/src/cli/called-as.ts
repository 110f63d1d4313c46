import { evsadm } from './evsadm.ts';
import type { Surroundings } from './run.ts';

type Program = (words: readonly string[], surroundings: Surroundings) => Promise<number>;

/**
 * The program that a link to evsadm stands for, by the link's name: `ipvsadm-save` and `ipvsadm-restore` behave
 * as ipvsadm's scripts of these names; any other name is the command line itself.
 */
export function calledAs(name: string): Program {
  if (name.endsWith('-save')) return save;
  return name.endsWith('-restore') ? restore : evsadm;
}

const save: Program = async (words, surroundings) => {
  const options = words.filter((word) => word.startsWith('-'));
  if (options.some((option) => option !== '-n')) {
    surroundings.complain('Prints the commands that make the services; -n without names\n');
    return 1;
  }
  return evsadm(options.length > 0 ? ['-S', '-n'] : ['-S'], surroundings);
};

/** Commands read from a file may be explained by lines that begin with `#`. */
const restore: Program = async (_words, surroundings) => {
  await evsadm(['-C'], surroundings);
  const input = async (): Promise<string> => (await surroundings.input()).replace(/^#.*/gm, '');
  return evsadm(['-R'], { ...surroundings, input });
};
