import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, wide } from '../../isa/assembly.ts';
import { Machine } from '../machine.ts';

const offset = 20;

/** Checksum over 16-bit words in network byte order, as RFC 1071 writes it. */
function checksumOver(words: readonly number[]): number {
  let sum = words.reduce((total, next) => total + next, 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}

const swapped = (word: number): number => ((word & 0xff) << 8) | (word >>> 8);

/** Runs one of the replacing helpers on a packet whose checksum is at `offset`; what is there afterwards. */
function replaced(
  helper: 10 | 11,
  before: number,
  [from, to, flags]: readonly [bigint, bigint, number],
  partialChecksum = false,
): { result: number; checksum: number } {
  const program = assemble(
    [
      alu64('mov', 2, offset),
      wide(3, from),
      wide(4, to),
      alu64('mov', 5, flags),
      callHelper(helper),
      exit(),
    ],
    { kind: 'tc' },
  );
  const packet = new Uint8Array(40);
  new DataView(packet.buffer).setUint16(offset, before);
  const run = new Machine(program).run(program, packet, { skb: { partialChecksum } });
  return {
    result: run.verdict,
    checksum: new DataView(run.packet.buffer, run.packet.byteOffset).getUint16(offset),
  };
}

const word = fc.integer({ min: 0, max: 0xffff });
const pair = fc.tuple(word, word);
/** Two words in network byte order as a program would load them. */
const loaded = ([first, second]: readonly number[]): bigint =>
  BigInt(swapped(first ?? 0)) | (BigInt(swapped(second ?? 0)) << 16n);

describe.each([
  ['bpf_l3_csum_replace', 10],
  ['bpf_l4_csum_replace', 11],
] as const)('%s', (_, helper) => {
  test('keeps a checksum right when 4 of the bytes under it change', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 9 }), pair, pair, (rest, from, to) => {
        const { checksum } = replaced(helper, checksumOver([...rest, ...from]), [
          loaded(from),
          loaded(to),
          4,
        ]);
        // 0 and 0xffff are the same sum.
        expect(checksum % 0xffff).toBe(checksumOver([...rest, ...to]) % 0xffff);
      }),
    );
  });

  test('keeps a checksum right when 2 of the bytes under it change', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 9 }), word, word, (rest, from, to) => {
        const { checksum } = replaced(helper, checksumOver([...rest, from]), [
          BigInt(swapped(from)),
          BigInt(swapped(to)),
          2,
        ]);
        expect(checksum % 0xffff).toBe(checksumOver([...rest, to]) % 0xffff);
      }),
    );
  });

  test('takes a difference when the size is 0', () => {
    const { checksum } = replaced(helper, checksumOver([0x1234]), [0n, loaded([0x1111, 0]), 0]);

    expect(checksum).toBe(checksumOver([0x2345]));
  });

  test('refuses sizes and flags that do not exist', () => {
    expect(replaced(helper, 1, [0n, 1n, 3]).result | 0).toBe(-22);
    expect(replaced(helper, 1, [0n, 1n, 0x1000]).result | 0).toBe(-22);
    expect(replaced(helper, 1, [1n, 1n, 0]).result | 0).toBe(-22);
  });
});

describe('bpf_l4_csum_replace', () => {
  test('leaves a UDP checksum of zero alone, and never makes one', () => {
    expect(replaced(11, 0, [1n, 2n, 0x22]).checksum).toBe(0);
    expect(replaced(11, 0x0001, [0n, 0x0100n, 0x22]).checksum).toBe(0xffff);
  });

  test('changes a partial checksum only for the pseudo-header', () => {
    const [from, to] = [loaded([0x0a00, 1]), loaded([0x0a00, 2])];

    expect(replaced(11, 0x1000, [from, to, 4], true).checksum).toBe(0x1000);
    expect(replaced(11, 0x1000, [from, to, 0x14], true).checksum).toBe(0x1001);
  });
});
