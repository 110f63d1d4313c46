import { EvsError } from '../errors/index.ts';
import { parseIpAddress, type IpAddress } from '../packet/ip-address.ts';

/** Throws E_INVALID unless the text is an address in canonical form, so that equal strings mean equal addresses. */
export function checkAddress(address: IpAddress): void {
  const canonical = parseIpAddress(address);
  if (canonical === address) return;
  throw new EvsError(
    'E_INVALID',
    `Cannot use ${address}: ${canonical === undefined ? 'it is no IP address' : 'it is not in canonical form'}`,
    canonical === undefined ? {} : { hint: `Write ${canonical}` },
  );
}

/** Throws E_INVALID unless 0 ≤ port ≤ 65535. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return;
  throw new EvsError('E_INVALID', `Cannot use port ${port}: ports are 0 to 65535`);
}
