import { expectBypass } from '../../../test/fixtures/bypassed.ts';
import { test } from 'vitest';
import { everywhere } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

test.each(everywhere)(
  'without a real server of a mark packets go to their own destination: %s at %s',
  (family, place) => {
    expectBypass(new VmDirector(), family, place);
  },
);
