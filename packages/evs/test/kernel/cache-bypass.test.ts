import { expectBypass } from '../fixtures/bypassed.ts';
import { test } from 'vitest';
import { everywhere } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';

test.each(everywhere)(
  'without a real server of a mark packets go to their own destination: %s at %s',
  (family, place) => {
    using director = new KernelDirector();
    expectBypass(director, family, place);
  },
);
