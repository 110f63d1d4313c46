import type { Address } from './address.ts';
import type { Builder } from './builder.ts';
import { constant, inRegister, type Input } from './ir/input.ts';
import type { Memory, Size } from './ir/instruction.ts';

/** The verifier refuses unaligned access to the stack, on every machine. */
const mustAlign = (address: Address): boolean =>
  address.space === 'stack' || address.space === 'other' || address.space === 'mapKey';

const place = (address: Address, at: number): number =>
  address.base.kind === 'frame' ? address.base.offset + address.offset + at : address.offset + at;

/** The widest access that is possible `at` bytes after the address, for `left` bytes. */
function widest(addresses: readonly Address[], at: number, left: number): Size {
  for (const size of [8, 4, 2] as const) {
    const aligned = addresses.every((a) => !mustAlign(a) || place(a, at) % size === 0);
    if (size <= left && aligned) return size;
  }
  return 1;
}

const memory = (address: Address, at: number, size: Size): Memory => ({
  base: address.base,
  offset: address.offset + at,
  size,
  space: address.space,
});

/** Accesses that together cover `sizeBytes` from all of the addresses. */
function pieces(addresses: readonly Address[], sizeBytes: number): { at: number; size: Size }[] {
  const result: { at: number; size: Size }[] = [];
  for (let at = 0; at < sizeBytes;) {
    const size = widest(addresses, at, sizeBytes - at);
    result.push({ at, size });
    at += size;
  }
  return result;
}

export function load(builder: Builder, address: Address, size: Size): Input {
  const { recorder } = builder;
  let result: Input | undefined;
  for (const piece of pieces([address], size)) {
    const d = recorder.register();
    recorder.append({ kind: 'load', d, ...memory(address, piece.at, piece.size) });
    const raised = shifted(builder, 'shl', inRegister(d), piece.at);
    result = result === undefined ? raised : joined(builder, result, raised);
  }
  return result ?? constant(0);
}

export function store(builder: Builder, address: Address, size: Size, value: Input): void {
  for (const piece of pieces([address], size)) {
    const lowered =
      value.kind === 'constant'
        ? constant(BigInt.asUintN(piece.size * 8, value.value >> BigInt(piece.at * 8)))
        : shifted(builder, 'shr', value, piece.at);
    builder.recorder.append({
      kind: 'store',
      value: lowered,
      ...memory(address, piece.at, piece.size),
    });
  }
}

/**
 * Copies bytes. A range may overlap the other if both are reached from the same pointer: then the end that
 * would be overwritten first goes first.
 */
export function copy(builder: Builder, to: Address, from: Address, sizeBytes: number): void {
  const { recorder } = builder;
  const ascending = pieces([to, from], sizeBytes);
  const all = place(to, 0) > place(from, 0) ? ascending.toReversed() : ascending;
  for (let first = 0; first < all.length; first += 4) {
    const group = all.slice(first, first + 4).map((piece) => {
      const d = recorder.register();
      recorder.append({ kind: 'load', d, ...memory(from, piece.at, piece.size) });
      return { ...piece, value: inRegister(d) };
    });
    for (const { at, size, value } of group) {
      recorder.append({ kind: 'store', value, ...memory(to, at, size) });
    }
  }
}

/** Writes bytes that are known when the program is assembled. */
export function storeBytes(builder: Builder, to: Address, bytes: Uint8Array): void {
  for (const { at, size } of pieces([to], bytes.length)) {
    let value = 0n;
    for (let byte = size - 1; byte >= 0; byte -= 1) {
      value = (value << 8n) | BigInt(bytes[at + byte] ?? 0);
    }
    builder.recorder.append({ kind: 'store', value: constant(value), ...memory(to, at, size) });
  }
}

function shifted(builder: Builder, operation: 'shl' | 'shr', value: Input, bytes: number): Input {
  if (bytes === 0) return value;
  const d = builder.recorder.register();
  const right = constant(bytes * 8);
  builder.recorder.append({ kind: 'alu', operation, width: 64, d, left: value, right });
  return inRegister(d);
}

function joined(builder: Builder, left: Input, right: Input): Input {
  const d = builder.recorder.register();
  builder.recorder.append({ kind: 'alu', operation: 'or', width: 64, d, left, right });
  return inRegister(d);
}
