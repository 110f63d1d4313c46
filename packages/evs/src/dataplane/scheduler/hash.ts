import { be32, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { ServiceSlot } from '../layouts.ts';
import type { Assembly } from '../program/assembly.ts';
import { foldAddress, type AddressPlace, type Family } from '../program/family.ts';
import { usable } from './usable.ts';

/** hash_32(address, 8 bits) of include/linux/hash.h; IPv6 words are mixed by exclusive or first. */
export function addressHash(family: Family, place: AddressPlace): Value<U32> {
  // A byte swap commutes with exclusive or: swap once, after folding.
  const folded = foldAddress(family, place).reinterpret(be32).host();
  return folded.mul(0x61c8_8647).shr(24);
}

/** The real server in a bucket of the service's table, if it is usable: no other is tried. */
export function pickFromTable(
  a: Assembly,
  service: Pointer<typeof ServiceSlot>,
  hash: Value<U32>,
): Value<U32> {
  const { b, maps } = a;
  const chosen = b.variable(u32, 0);
  b.lookup(maps.buckets, service.get('table').add(hash)).match((bucket) => {
    const slot = bucket.get('slot');
    b.if(slot.ne(0), () => {
      b.lookup(maps.realServers, slot).match((server) => {
        b.if(usable(server), () => chosen.set(slot));
      });
    });
  });
  return chosen;
}
