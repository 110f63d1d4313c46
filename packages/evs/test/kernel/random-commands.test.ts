import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evsadm } from '../../src/cli/evsadm.ts';
import { stateOf } from '../../src/cli/moving/state-of.ts';
import { script } from '../fixtures/random-commands.ts';
import { fixedNames } from '../support/fixed-names.ts';
import { clientOf, MemoryDirector } from '../support/memory-director.ts';
import { play } from '../support/play.ts';
import { cable, TestNamespace } from './network.ts';
import { fewer } from './slowness.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

let host: TestNamespace;
let peer: TestNamespace;
let daemon: TestDaemon;
beforeAll(async () => {
  buildPrograms();
  [host, peer] = [new TestNamespace('evsd'), new TestNamespace('evsp')];
  cable(
    { namespace: host, device: 'eth0', address: '10.0.0.254/24' },
    { namespace: peer, device: 'eth0' },
  );
  daemon = new TestDaemon(host);
  await daemon.start();
});
afterAll(async () => {
  await daemon.remove();
  host[Symbol.dispose]();
  peer[Symbol.dispose]();
});

test('random scripts leave evsd running, with the very state that the pure functions come to', async () => {
  const { pid } = daemon;
  const memory = new MemoryDirector();
  await fc.assert(
    fc.asyncProperty(script, async (lines) => {
      const input = lines.map((words) => words.join(' ')).join('\n');
      await play(memory, ['-R'], input);
      await evsadm(['-R'], {
        director: async () => daemon.client,
        names: fixedNames,
        input: async () => input,
        print: () => {},
        complain: () => {},
      });
      expect(await stateOf(daemon.client)).toEqual(await stateOf(clientOf(memory)));
    }),
    { numRuns: fewer(20), endOnFailure: true },
  );
  expect(daemon.pid).toBe(pid);
});
