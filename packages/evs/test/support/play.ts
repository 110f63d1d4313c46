import { calledAs } from '../../src/cli/called-as.ts';
import { fixedNames } from './fixed-names.ts';
import { clientOf, type MemoryDirector } from './memory-director.ts';

/** Runs one evsadm command line against a director in this process. */
export const play = (director: MemoryDirector, words: readonly string[], input = '') =>
  playAs('evsadm', director, words, input);

/** The same under another name of evsadm. */
export async function playAs(
  name: string,
  director: MemoryDirector,
  words: readonly string[],
  input = '',
) {
  let output = '';
  let errors = '';
  const exitStatus = await calledAs(name)(words, {
    director: async () => clientOf(director),
    names: fixedNames,
    input: async () => input,
    print: (text) => {
      output += text;
    },
    complain: (text) => {
      errors += text;
    },
  });
  return { output, errors, exitStatus };
}
