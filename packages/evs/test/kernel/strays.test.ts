import { afterAll, beforeEach, test } from 'vitest';
import { expectSteps } from '../fixtures/expect-steps.ts';
import { strays } from '../fixtures/strays.ts';
import { configure } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';

const director = new KernelDirector();
beforeEach(() => director.restart());
afterAll(() => director[Symbol.dispose]());

test.each(strays)('$name', ({ setup, ...conversation }) => {
  configure(director, setup);
  expectSteps(director, conversation);
});
