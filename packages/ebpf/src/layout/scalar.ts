/** Byte order of a scalar in memory: the machine's (eBPF here is little-endian) or the network's. */
export type ByteOrder = 'host' | 'network';

/** A whole number of 1, 2, 4 or 8 bytes. `js` is what a codec reads and writes: `bigint` for 8 bytes. */
export interface Scalar<
  Name extends string = string,
  Js extends number | bigint = number | bigint,
> {
  readonly kind: 'scalar';
  readonly name: Name;
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly order: ByteOrder;
  /** Only for the type system: the TypeScript type of a value. */
  readonly js?: Js;
}

const scalar = <Name extends string, Js extends number | bigint>(
  name: Name,
  sizeBytes: 1 | 2 | 4 | 8,
  order: ByteOrder = 'host',
): Scalar<Name, Js> => ({ kind: 'scalar', name, sizeBytes, order });

export const u8 = scalar<'u8', number>('u8', 1);
export const u16 = scalar<'u16', number>('u16', 2);
export const u32 = scalar<'u32', number>('u32', 4);
export const u64 = scalar<'u64', bigint>('u64', 8);
/** Network byte order. Constants compared with one are written in host order: the builder swaps them. */
export const be16 = scalar<'be16', number>('be16', 2, 'network');
export const be32 = scalar<'be32', number>('be32', 4, 'network');
export const be64 = scalar<'be64', bigint>('be64', 8, 'network');

export type U8 = typeof u8;
export type U16 = typeof u16;
export type U32 = typeof u32;
export type U64 = typeof u64;
export type Be16 = typeof be16;
export type Be32 = typeof be32;
export type Be64 = typeof be64;

/** A fixed number of bytes with no meaning of their own, such as a MAC or IPv6 address. */
export interface Bytes {
  readonly kind: 'bytes';
  readonly sizeBytes: number;
}
export const bytes = (sizeBytes: number): Bytes => ({ kind: 'bytes', sizeBytes });

/** Padding: encoded as zeros, absent from the decoded object. */
export interface Reserved {
  readonly kind: 'reserved';
  readonly sizeBytes: number;
}
export const reserved = (sizeBytes: number): Reserved => ({ kind: 'reserved', sizeBytes });
