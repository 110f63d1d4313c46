import { u64, type U64, type Value } from '@evs/ebpf';
import { addressBytes, type IpAddress } from '../../packet/index.ts';
import { filterWordCount } from '../layouts.ts';
import type { Surroundings } from './assembly.ts';
import { foldAddress, type AddressPlace, type Family } from './family.ts';

/**
 * A set of addresses with false positives: VIPs, and real servers whose replies we translate. It keeps
 * traffic that does not concern us out of the hash tables, for the price of one array read.
 */
const multiplier = 0x61c8_8647;

/** 0 if packets with the address surely do not concern us. */
export const concernsUs = (a: Surroundings, family: Family, place: AddressPlace): Value<U64> =>
  a.features.anyAddress ? a.b.constant(u64, 1) : isListed(a, family, place);

/** 0 if the address is surely none of ours. */
export function isListed(a: Surroundings, family: Family, place: AddressPlace): Value<U64> {
  return a.b.within('concerns_us', () => {
    const hash = foldAddress(family, place).mul(multiplier).shr(16);
    const word = a.b.lookup(a.maps.filter, hash.and(filterWordCount - 1)).orReturn(a.verdict.pass);
    return word.get('bits').shr(hash.shr(10).to(u64)).and(1);
  });
}

/** Where an address stands in the filter: the same computation for the side that fills it. */
export function filterPlace(address: IpAddress): { word: number; bit: number } {
  const bytes = addressBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let folded = 0;
  for (let at = 0; at < bytes.length; at += 4) folded ^= view.getUint32(at, true);
  const hash = Math.imul(folded, multiplier) >>> 16;
  return { word: hash & (filterWordCount - 1), bit: hash >>> 10 };
}
