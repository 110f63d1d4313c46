import { EvsError } from '../errors/index.ts';
import { addressBytes, familyOf, type IpAddress } from '../packet/ip-address.ts';
import { checkAddress, checkPort } from './check-address.ts';
import { endpointText } from './key-text.ts';
import type { RealServer, ServiceKey } from './model.ts';
import { serviceFamily } from './resolve-service.ts';

const largest = 0x7fff_ffff;

/**
 * The checks that ip_vs makes before it looks for the real server, in its order. Throws E_INVALID, and
 * E_RANGE for weights below 0 and for a lower threshold above the upper one.
 */
export function checkRealServer(key: ServiceKey, server: RealServer): void {
  checkAddress(server.address);
  checkPort(server.port);
  if (familyOf(server.address) !== serviceFamily(key) && server.method !== 'tunneling') {
    throw new EvsError(
      'E_INVALID',
      `Cannot send to ${endpointText(server)}: only tunnels change the address family`,
    );
  }
  checkNumbers(server);
  checkTunnel(server);
}

/** Throws E_INVALID for an address that no single host can have. ip_vs asks only for new real servers. */
export function checkUnicast(address: IpAddress): void {
  if (isUnicast(addressBytes(address))) return;
  throw new EvsError('E_INVALID', `Cannot send to ${address}: it is not a unicast address`);
}

function checkNumbers({ weight, upperThreshold, lowerThreshold }: RealServer): void {
  for (const number of [weight, upperThreshold, lowerThreshold]) {
    if (!Number.isInteger(number) || number < 0 || number > largest) {
      throw new EvsError(
        'E_RANGE',
        `Cannot use ${number}: weights and thresholds are 0 to ${largest}`,
      );
    }
  }
  if (lowerThreshold > upperThreshold) {
    throw new EvsError(
      'E_RANGE',
      `Cannot use thresholds ${upperThreshold} and ${lowerThreshold}: the lower one is above the upper one`,
    );
  }
}

function checkTunnel({ method, tunnel }: RealServer): void {
  if (method !== 'tunneling') return;
  checkPort(tunnel.port);
  if (tunnel.type === 'gue' && tunnel.port === 0) {
    throw new EvsError('E_INVALID', 'Cannot make a gue tunnel: it needs a port');
  }
}

function isUnicast(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  if (bytes.length === 4) {
    return (
      !bytes.every((byte) => byte === 0) &&
      !bytes.every((byte) => byte === 255) &&
      first >> 4 !== 0xe
    );
  }
  const linkLocal = first === 0xfe && (second & 0xc0) === 0x80;
  const mapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return first !== 0xff && !linkLocal && !mapped && bytes.some((byte) => byte !== 0);
}
