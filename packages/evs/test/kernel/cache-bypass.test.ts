import { expectBypass } from '../fixtures/bypassed.ts';
import { test } from 'vitest';
import { KernelDirector } from './kernel-director.ts';

test.each([
  ['ipv4', 'xdp'],
  ['ipv4', 'tc'],
  ['ipv6', 'xdp'],
  ['ipv6', 'tc'],
] as const)(
  'without a real server of a mark packets go to their own destination: %s at %s',
  (family, place) => {
    using director = new KernelDirector();
    expectBypass(director, family, place);
  },
);
