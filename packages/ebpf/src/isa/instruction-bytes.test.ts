import { expect, test } from 'vitest';
import { alu64, jump, r, store, wide } from './assembly.ts';
import { decodeInstructions, encodeInstructions } from './instruction-bytes.ts';

const sample = [
  alu64('mov', 6, r(1)),
  store('u64', 10, -8, -1),
  wide(3, 0xffffffff00000001n),
  jump('ne', 3, 0, -4),
].flat();

test('encodeInstructions() writes opcode, registers, offset and immediate little-endian', () => {
  expect([...encodeInstructions(sample.slice(0, 2))]).toEqual([
    0xbf, 0x16, 0, 0, 0, 0, 0, 0, 0x7a, 0x0a, 0xf8, 0xff, 0xff, 0xff, 0xff, 0xff,
  ]);
});

test('decodeInstructions() reads back what encodeInstructions() wrote', () => {
  expect(decodeInstructions(encodeInstructions(sample))).toEqual(sample);
});

test('decodeInstructions() refuses half an instruction', () => {
  expect(() => decodeInstructions(new Uint8Array(12))).toThrow('not a multiple of 8');
});
