import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine, script } from '../../test/fixtures/random-commands.ts';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import { play } from '../../test/support/play.ts';

/** Exit statuses of ipvsadm. */
const statuses = [0, 1, 2, 255];

test('whatever is typed ends with a status of ipvsadm, and says why if that is not 0', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commandLine, { maxLength: 5 }), async (lines) => {
      const director = new MemoryDirector();
      for (const words of lines) {
        const before = director.state;
        const { exitStatus, errors } = await play(director, words);
        expect(statuses).toContain(exitStatus);
        if (exitStatus === 0) continue;
        expect(errors).not.toBe('');
        expect(director.state).toBe(before);
      }
    }),
    { numRuns: 500 },
  );
});

test('a script in one batch leaves what its commands leave one at a time', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (lines) => {
      const [batch, single] = [new MemoryDirector(), new MemoryDirector()];
      const texts = lines.map((words) => words.join(' ').replaceAll('\n', ' '));
      await play(batch, ['-R'], texts.join('\n'));
      // A listing between two lines has what came before it sent.
      await play(single, ['-R'], texts.join('\n-L --timeout\n'));
      expect(single.state).toEqual(batch.state);
    }),
    { numRuns: 200 },
  );
});
