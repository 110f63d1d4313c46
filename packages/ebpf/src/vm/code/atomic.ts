import { atomicOperation } from '../../isa/index.ts';
import type { Cpu, Step } from '../cpu.ts';
import type { Region } from '../memory/region.ts';
import { Violation } from '../memory/violation.ts';
import { bigOf, setBig } from './big.ts';
import type { AccessPlace } from './load-store.ts';

type Combine = (old: bigint, operand: bigint) => bigint;

const combinations = new Map<number, Combine>([
  [atomicOperation.add, (old, operand) => old + operand],
  [atomicOperation.or, (old, operand) => old | operand],
  [atomicOperation.and, (old, operand) => old & operand],
  [atomicOperation.xor, (old, operand) => old ^ operand],
]);

/** Undefined for an operation that does not exist. */
export function atomicStep(
  operation: number,
  source: number,
  place: AccessPlace,
): Step | undefined {
  if (operation === atomicOperation.compareExchange) return compareExchangeStep(source, place);
  if (operation === atomicOperation.exchange)
    return changeStep((_, operand) => operand, source, true, place);
  const combine = combinations.get(operation & ~atomicOperation.fetch);
  if (combine === undefined) return undefined;
  return changeStep(combine, source, (operation & atomicOperation.fetch) !== 0, place);
}

/** With `fetch` the source register gets the old value. */
function changeStep(combine: Combine, source: number, fetch: boolean, place: AccessPlace): Step {
  return (cpu: Cpu) => {
    const region = atomicRegion(cpu, place);
    const { at } = cpu.memory;
    const old = readWord(region, at, place.size);
    writeWord(region, at, place.size, combine(old, bigOf(cpu.low[source]!, cpu.high[source]!)));
    if (fetch) setBig(cpu, source, old);
    return place.next;
  };
}

/** Writes if memory equals register 0; register 0 gets the old value. */
function compareExchangeStep(source: number, place: AccessPlace): Step {
  const bits = place.size === 'u64' ? 64 : 32;
  return (cpu: Cpu) => {
    const region = atomicRegion(cpu, place);
    const { at } = cpu.memory;
    const old = readWord(region, at, place.size);
    const expected = BigInt.asUintN(bits, bigOf(cpu.low[0]!, cpu.high[0]!));
    if (old === expected) {
      writeWord(region, at, place.size, bigOf(cpu.low[source]!, cpu.high[source]!));
    }
    setBig(cpu, 0, old);
    return place.next;
  };
}

/** Packets and contexts allow no atomics: check_atomic() in kernel/bpf/verifier.c. */
function atomicRegion(cpu: Cpu, { size, base, offset }: AccessPlace): Region {
  const bytes = size === 'u64' ? 8 : 4;
  const low = cpu.low[base]! + offset;
  cpu.memory.readable(low, cpu.high[base]!, bytes);
  const region = cpu.memory.writable(low, cpu.high[base]!, bytes);
  if (region.pointers !== undefined || region.name === 'packet') {
    throw new Violation(`atomic instruction on the ${region.name}`);
  }
  if (cpu.memory.at % bytes !== 0) {
    throw new Violation(`atomic instruction on unaligned ${region.name} + ${cpu.memory.at}`);
  }
  return region;
}

const readWord = (region: Region, at: number, size: string): bigint =>
  size === 'u64' ? region.view.getBigUint64(at, true) : BigInt(region.view.getUint32(at, true));

function writeWord(region: Region, at: number, size: string, value: bigint): void {
  if (size === 'u64') region.view.setBigUint64(at, BigInt.asUintN(64, value), true);
  else region.view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
}
