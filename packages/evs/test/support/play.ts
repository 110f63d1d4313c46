import { evsadm } from '../../src/cli/evsadm.ts';
import { fixedNames } from './fixed-names.ts';
import { clientOf, type MemoryDirector } from './memory-director.ts';

/** Runs one evsadm command line against a director in this process. */
export async function play(director: MemoryDirector, words: readonly string[], input = '') {
  let output = '';
  let errors = '';
  const exitStatus = await evsadm(words, {
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
