import { AttributeHeader } from './layouts.ts';

/** Bits 14 and 15 of a type say how to read the value: nested, in network order. */
const typeMask = 0x3fff;
const align = (size: number): number => (size + 3) & ~3;

/** Values by attribute type. Of a type that occurs twice the last counts. */
export type AttributeValues = ReadonlyMap<number, Buffer>;

/** One attribute with its header and padding; a number becomes a u32, a string a C string. */
export function attribute(
  type: number,
  value: Uint8Array | number | string | readonly Uint8Array[],
): Buffer {
  const bytes = valueBytes(value);
  const encoded = Buffer.alloc(align(AttributeHeader.sizeBytes + bytes.length));
  AttributeHeader.encode({ length: AttributeHeader.sizeBytes + bytes.length, type }, encoded);
  encoded.set(bytes, AttributeHeader.sizeBytes);
  return encoded;
}

function valueBytes(value: Uint8Array | number | string | readonly Uint8Array[]): Uint8Array {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'number') return Buffer.concat(value);
  const word = Buffer.alloc(4);
  word.writeUInt32LE(value >>> 0);
  return word;
}

/** Reads attributes up to the end or to the first one that does not fit. */
export function attributesIn(bytes: Buffer): AttributeValues {
  const values = new Map<number, Buffer>();
  for (let at = 0; at + AttributeHeader.sizeBytes <= bytes.length;) {
    const { length, type } = AttributeHeader.decode(bytes, at);
    if (length < AttributeHeader.sizeBytes || at + length > bytes.length) break;
    values.set(type & typeMask, bytes.subarray(at + AttributeHeader.sizeBytes, at + length));
    at += align(length);
  }
  return values;
}

/** Text of a C string. */
export const textOf = (value: Buffer): string => value.toString('utf8').replace(/\0.*/s, '');

/** A u32 in host order; undefined if it is absent or too short. */
export const numberOf = (value: Buffer | undefined): number | undefined =>
  value === undefined || value.length < 4 ? undefined : value.readUInt32LE(0);
