import {
  be16,
  be32,
  u16,
  u32,
  u64,
  type Builder,
  type Pointer,
  type U16,
  type U32,
  type Value,
} from '@evs/ebpf';
import { wordIndexes, type Family } from '../family.ts';

/** What leads from a flow to its template. */
export interface TemplatePath {
  /** See `ServiceSlot.templateMask`. */
  readonly mask: Value<U32>;
  /** Of the service; 0: it has none. Absent if there are no services by mark. */
  readonly mark?: Value<U32>;
  /** The port of the template, in network order. */
  readonly port: Value<U16>;
  /** Reads the number of the call; 0: the service does not ask. Absent if no service does. */
  readonly call?: () => Value<U32>;
}

/** Port of a template whose real server went. */
export const supersededPort = 0xffff;

/** Key of the template that a client's packets to a service have in common. */
export function templateKey(
  b: Builder,
  family: Family,
  flowKey: Pointer,
  path: TemplatePath,
): Pointer {
  const size = family.addressBytes;
  const key = b.local(family.TemplateKey);
  for (const index of wordIndexes(family)) {
    const mask = family.name === 'ipv4' ? path.mask : prefixWord(b, path.mask, index);
    key.store(u32, 4 * index, flowKey.load(u32, 4 * index).and(mask));
  }
  const virtual = (): void => {
    key.copyBytes(size, flowKey, size, size);
    key.copyBytes(2 * size + 2, flowKey, 2 * size + 4, 1);
  };
  const { mark } = path;
  if (mark === undefined) virtual();
  // In place of an address the mark, and no protocol, as ip_vs lists them.
  else b.if(mark.eq(0), virtual, () => key.store(be32, size, mark.network()));
  key.store(u16, 2 * size, path.port);
  if (path.call !== undefined) {
    key.store(u32, family.TemplateKey.offsetOf('superseded'), path.call());
  }
  return key;
}

/** Key of what remains of a template after `slot` went. */
export function supersededKey(b: Builder, family: Family, key: Pointer, slot: Value<U32>): Pointer {
  const size = family.TemplateKey.sizeBytes;
  const remains = b.local(family.TemplateKey);
  remains.copyBytes(0, key, 0, size);
  makeSuperseded(family, remains, slot);
  return remains;
}

/** Makes a template's key that of its remains. */
export function makeSuperseded(family: Family, key: Pointer, slot: Value<U32>): void {
  key.store(be16, 2 * family.addressBytes, supersededPort);
  key.store(u32, family.TemplateKey.offsetOf('superseded'), slot);
}

/** One 32-bit word of the mask of an IPv6 prefix, as it lies in memory. */
function prefixWord(b: Builder, prefix: Value<U32>, index: number): Value<U32> {
  const ones = b.constant(u64, 0xffff_ffff_0000_0000n);
  const bits = b.select(
    prefix.gt(32 * index),
    u32,
    () => b.select(prefix.lt(32 * index + 32), u32, () => prefix.sub(32 * index), 32),
    0,
  );
  return ones.shr(bits.to(u64)).to(u32).network().reinterpret(u32);
}
