import type { Region } from './region.ts';
import { Violation } from './violation.ts';

/**
 * Upper half of every pointer, plus the number of its region. Programs see pointers as 64-bit numbers, and
 * plain numbers that they compute do not come near these by accident.
 */
const pointerTag = 0x4000_0000;
/** Lower half of a pointer to the first byte of a region, so that small negative offsets do not borrow. */
const regionStart = 0x1000_0000;

/** The address space of one run: a table of regions. Addresses come as two signed 32-bit halves. */
export class Memory {
  readonly #regions: Region[] = [];
  /** Offset in the region that `readable` or `writable` returned last. */
  at = 0;

  /** Upper half of pointers into a region. */
  upperHalf(region: Region): number {
    if (region.memory !== this) {
      region.memory = this;
      region.id = this.#regions.push(region) - 1;
    }
    return pointerTag + region.id;
  }

  /** Lower half of a pointer to a byte of any region. */
  lowerHalf(offset: number): number {
    return regionStart + offset;
  }

  /** The region that may be read for `size` bytes at an address; `at` becomes the offset in it. */
  readable(low: number, high: number, size: number): Region {
    const region = this.#regions[high - pointerTag];
    const at = (low - regionStart) | 0;
    if (region === undefined || at < 0 || at + size > region.sizeBytes) {
      throw badAccess('read', region, at, size, low, high);
    }
    if (region.guard !== undefined) region.guard.read(at, size);
    this.at = at;
    return region;
  }

  /** The region that may be written for `size` bytes at an address; `at` becomes the offset in it. */
  writable(low: number, high: number, size: number): Region {
    const region = this.#regions[high - pointerTag];
    const at = (low - regionStart) | 0;
    if (region === undefined || at < 0 || at + size > region.sizeBytes) {
      throw badAccess('write', region, at, size, low, high);
    }
    if (region.guard !== undefined) region.guard.write(at, size);
    this.at = at;
    return region;
  }

  /** The region that a pointer leads to, whatever may be done with it. */
  regionAt(high: number): Region | undefined {
    return this.#regions[high - pointerTag];
  }
}

function badAccess(
  verb: 'read' | 'write',
  region: Region | undefined,
  at: number,
  size: number,
  low: number,
  high: number,
): Violation {
  const what = `${verb} of ${size} ${size === 1 ? 'byte' : 'bytes'}`;
  if (region !== undefined) {
    const place = `${region.name} ${at < 0 ? '-' : '+'} ${Math.abs(at)}`;
    return new Violation(`${what} at ${place}, which has ${region.sizeBytes} bytes`);
  }
  const address = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return new Violation(
    address < 4096n ? `${what} through a null pointer` : `${what} at a plain number, ${address}`,
  );
}
