import { expectBypass } from '../../../test/fixtures/bypassed.ts';
import { test } from 'vitest';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

test.each([
  ['ipv4', 'xdp'],
  ['ipv4', 'tc'],
  ['ipv6', 'xdp'],
  ['ipv6', 'tc'],
] as const)(
  'without a real server of a mark packets go to their own destination: %s at %s',
  (family, place) => {
    expectBypass(new VmDirector(), family, place);
  },
);
