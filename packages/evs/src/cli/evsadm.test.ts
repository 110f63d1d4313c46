import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import { play } from '../../test/support/play.ts';
import { parseTranscript } from '../../test/support/transcript.ts';

const fixtures = path.resolve(import.meta.dirname, '../../test/fixtures/ipvsadm');
const transcripts = readdirSync(fixtures).filter((name) => name.endsWith('.txt'));

describe.each(transcripts)('evsadm answers as ipvsadm 1.31 does: %s', (name) => {
  const steps = parseTranscript(readFileSync(path.join(fixtures, name), 'utf8'));

  test(`all ${steps.length} commands`, async () => {
    const director = new MemoryDirector();
    for (const { words, input, ...expected } of steps) {
      const answer = await play(director, words, input);
      expect({ words, ...answer }).toEqual({
        words,
        ...expected,
        output: forgetIdleEngines(expected.output),
      });
    }
  });
});

/** ip_vs keeps the engine of a service that is not persistent, where it does nothing; we do not. */
const forgetIdleEngines = (output: string): string =>
  output.replace(/^(-A(?:(?! -p ).)*) --pe sip/gm, '$1');
