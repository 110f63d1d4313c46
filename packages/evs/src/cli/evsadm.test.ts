import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixedNames } from '../../test/support/fixed-names.ts';
import { clientOf, MemoryDirector } from '../../test/support/memory-director.ts';
import { parseTranscript } from '../../test/support/transcript.ts';
import { evsadm } from './evsadm.ts';

const fixtures = path.resolve(import.meta.dirname, '../../test/fixtures/ipvsadm');
const transcripts = readdirSync(fixtures).filter((name) => name.endsWith('.txt'));

describe.each(transcripts)('evsadm answers as ipvsadm 1.31 does: %s', (name) => {
  const steps = parseTranscript(readFileSync(path.join(fixtures, name), 'utf8'));

  test(`all ${steps.length} commands`, async () => {
    const director = new MemoryDirector();
    for (const { words, input, ...expected } of steps) {
      const answer = await play(director, words, input);
      expect({ words, ...answer }).toEqual({ words, ...expected });
    }
  });
});

async function play(director: MemoryDirector, words: readonly string[], input: string) {
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
