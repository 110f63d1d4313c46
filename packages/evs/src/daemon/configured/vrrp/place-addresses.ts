import type { Configuration, VirtualRouter } from '../../../config/index.ts';
import { familyOf } from '../../../packet/index.ts';
import type { AddressVmac, HeldAddress } from '../../../vrrp/index.ts';
import { heldAddress } from './held-address.ts';

type AddressEntry = Configuration['staticAddresses'][number];

/** Where the addresses of a virtual router go, and the devices with virtual MAC addresses that some of them need. */
export interface PlacedAddresses {
  readonly addresses: readonly HeldAddress[];
  readonly vmacs: readonly AddressVmac[];
}

/**
 * Addresses with `use_vmac`, and with `use_vmac_addr` those on other devices or of the other family, have a virtual MAC
 * address of their own: one for each device and family. Named as keepalived 2.2.7 names them, observed. keepalived.conf(5).
 *
 * @param ownName the router's own device with a virtual MAC address, if it has one
 */
export function placeAddresses(
  config: VirtualRouter,
  prefix: string,
  ownName: string | undefined,
): PlacedAddresses {
  const vmacs: AddressVmac[] = [];
  const place = (entry: AddressEntry): HeldAddress => {
    const below = entry.device ?? config.interface;
    const family = familyOf(entry.prefix.address);
    const held = heldAddress(entry);
    if (!needsVmac(entry, below, family, config)) return held;
    const known = vmacs.find((one) => one.below === below && one.family === family);
    if (known !== undefined) return { ...held, device: known.name };
    const taken = [ownName, ...vmacs.map(({ name }) => name)];
    const made = { name: freeName(prefix, family, config.virtualRouterId, taken), below, family };
    vmacs.push(made);
    return { ...held, device: made.name };
  };
  const addresses = [...config.addresses, ...config.excludedAddresses].map(place);
  return { addresses, vmacs };
}

function needsVmac(
  { useVmac }: AddressEntry,
  below: string,
  family: AddressVmac['family'],
  { vmac, vmacForAddresses, interface: device, family: own }: VirtualRouter,
): boolean {
  const isElsewhere = below !== device || family !== own;
  return isElsewhere ? useVmac || vmacForAddresses : useVmac && vmac === undefined;
}

/** `vrrp.51`, of IPv6 `vrrp6.51`; if that is taken, `vrrp1.51`, `vrrp2.51` and so on. */
function freeName(
  prefix: string,
  family: AddressVmac['family'],
  virtualRouterId: number,
  taken: readonly (string | undefined)[],
): string {
  const name = (mark: string | number): string => `${prefix}${mark}.${virtualRouterId}`;
  const first = name(family === 'ipv6' ? 6 : '');
  if (!taken.includes(first)) return first;
  let number = 1;
  while (taken.includes(name(number))) number++;
  return name(number);
}
