import { describe, expect, test } from 'vitest';
import { nameOf } from '../../src/dataplane/tunnel-variants.ts';
import {
  asSent,
  configureTunnel,
  sentThrough,
  tunnelVariants,
} from '../fixtures/tunnel-director.ts';
import { KernelDirector } from './kernel-director.ts';

describe.each(tunnelVariants.map((variant) => [nameOf(variant), variant] as const))(
  '%s',
  (_, variant) => {
    test.each(['xdp', 'tc'] as const)('packets travel whole inside others: %s', (place) => {
      using director = new KernelDirector();
      configureTunnel(director, variant);

      for (const [packet, inner] of sentThrough(variant)) {
        const { verdict, packet: sent } = director.run(place, packet);

        expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
        expect(sent).toEqual(asSent(variant, inner, sent));
      }
    });
  },
);
