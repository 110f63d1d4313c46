import { describe, expect, test } from 'vitest';
import {
  asSent,
  configureTunnel,
  sentThrough,
  tunnelVariants,
} from '../../../test/fixtures/tunnel-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { nameOf, overheadBytes, variantOf } from '../tunnel-variants.ts';

describe.each(tunnelVariants.map((variant) => [nameOf(variant), variant] as const))(
  '%s',
  (name, variant) => {
    test.each(['xdp', 'tc'] as const)('packets travel whole inside others: %s', (place) => {
      const director = new VmDirector();
      configureTunnel(director, variant);

      for (const [packet, inner] of sentThrough(variant)) {
        const { verdict, packet: sent } = director.run(place, packet);

        expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
        expect(sent).toEqual(asSent(variant, inner, sent));
      }
    });

    test('has a name that says it all', () => {
      expect(variantOf(name)).toEqual(variant);
    });
  },
);

test('overheadBytes() is the table of ip_vs', () => {
  const bytes = tunnelVariants
    .filter(({ inner }) => inner === 'ipv4')
    .map((variant) => [variant.outer, variant.type, variant.checksum, overheadBytes(variant)]);

  expect(bytes).toEqual([
    ['ipv4', 'ipip', false, 20],
    ['ipv4', 'gue', false, 32],
    ['ipv4', 'gue', true, 32],
    ['ipv4', 'gre', false, 24],
    ['ipv4', 'gre', true, 28],
    ['ipv6', 'ipip', false, 40],
    ['ipv6', 'gue', false, 52],
    ['ipv6', 'gue', true, 52],
    ['ipv6', 'gre', false, 44],
    ['ipv6', 'gre', true, 48],
  ]);
});

test('the flows of a gue tunnel come from different ports of the local range', () => {
  const [variant] = tunnelVariants.filter(({ type }) => type === 'gue');
  if (variant === undefined) throw new Error('There is no gue');
  const director = new VmDirector();
  configureTunnel(director, variant);
  const [[packet] = [new Uint8Array()]] = sentThrough(variant);
  const portOf = (clientPort: number): number => {
    const copy = packet.slice();
    new DataView(copy.buffer).setUint16(34, clientPort);
    return Buffer.from(director.run('xdp', copy).packet).readUInt16BE(34);
  };

  const ports = Array.from({ length: 50 }, (_, index) => portOf(40_000 + index));

  expect(new Set(ports).size).toBeGreaterThan(45);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_768);
  expect(Math.max(...ports)).toBeLessThan(60_999);
});

test.each(
  tunnelVariants
    .filter(({ checksum }) => checksum)
    .map((variant) => [nameOf(variant), variant] as const),
)('an aggregate of segments goes without the checksum that each would need: %s', (_, variant) => {
  const director = new VmDirector();
  configureTunnel(director, variant);
  const [[first] = [], [packet, inner] = []] = sentThrough(variant);
  if (!first || !packet || !inner) throw new Error('There are too few packets');
  director.run('tc', first);

  const { packet: sent } = director.run('tc', packet, 1, { gsoSize: 500 });

  expect(sent).toEqual(asSent({ ...variant, checksum: false }, inner, sent));
});
