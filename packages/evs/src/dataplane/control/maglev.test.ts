import { describe, expect, test } from 'vitest';
import { maglevKey, sipHash } from '../siphash.ts';
import { fillMaglev, foldedAddress } from './maglev.ts';

/** What Linux 6.1 was seen to hash and fill: real servers A, B and C, of which C was added last. */
describe('the table of mh', () => {
  test.each([
    ['10.1.3.1', 0x0e6e_6f64],
    ['10.1.3.2', 0xbc3a_2828],
    ['172.20.0.1', 0x6175_cfe2],
  ])('hashes %s as the kernel does', (address, hash) => {
    expect(sipHash(maglevKey, foldedAddress(address))).toBe(hash);
  });

  const fill = (...lastWeights: readonly number[]): number[] =>
    fillMaglev(
      lastWeights
        .map((lastWeight, index) => ({
          slot: index + 1,
          address: `10.8.0.${index + 11}`,
          port: 80,
          lastWeight,
        }))
        .toReversed(),
    );
  const counts = (table: readonly number[]): number[] =>
    [1, 2, 3].map((slot) => table.filter((other) => other === slot).length);

  test.each([
    [[1, 1, 1], 'CAACACAACCCACBCBABBB', [1364, 1364, 1365]],
    [[1, 2, 3], 'CCACCCACCCCACBCBCBBB', [682, 1364, 2047]],
  ])('is filled as in the kernel for weights %j', (weights, begin, shares) => {
    const table = fill(...weights);

    expect(
      table
        .slice(0, 20)
        .map((slot) => '-ABC'[slot])
        .join(''),
    ).toBe(begin);
    expect(counts(table)).toEqual(shares);
  });

  test('is empty where no real server has ever had a weight', () => {
    expect(new Set(fill(0, 0))).toEqual(new Set([0]));
  });

  test('has no place for a real server that never had a weight', () => {
    expect(counts(fill(1, 0, 1))[1]).toBe(0);
  });

  test('gives each of more real servers than it has slots at most one', () => {
    const servers = Array.from({ length: 5000 }, (_, index) => ({
      slot: index + 1,
      address: `10.${index >> 8}.${index & 255}.1`,
      port: 80,
      lastWeight: 1,
    }));
    expect(new Set(fillMaglev(servers)).size).toBe(4093);
  });
});
