import { test } from 'vitest';
import { expectSteps } from '../../../test/fixtures/expect-steps.ts';
import { strays } from '../../../test/fixtures/strays.ts';
import { configure } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

test.each(strays)('$name', ({ setup, ...conversation }) => {
  const director = new VmDirector();
  configure(director, setup);
  expectSteps(director, conversation);
});
