import { decapsulation, defaultGuePort } from '../dataplane/decapsulation.ts';
import { EvsError } from '../errors/index.ts';
import { attachClsact, findClsact, loadProgram, Rtnetlink } from '../linux/index.ts';

/** Of the filter, by which it is found again. */
const filterName = 'evs_decapsulate';

/**
 * Opens tunnels at a device of this network namespace from now on: the filter outlives the process and ends with
 * the device. Throws E_NO_DEVICE and, for a port that is none, E_INVALID.
 */
export function startDecapsulation(device: string, guePort = defaultGuePort): void {
  using rtnetlink = new Rtnetlink();
  const ifindex = indexOf(rtnetlink, device);
  using program = loadProgram(decapsulation(checkPort(guePort)));
  attachClsact(rtnetlink, program, ifindex, 'ingress', filterName);
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 0xffff) return port;
  throw new EvsError('E_INVALID', 'Cannot open GUE tunnels: the port is a number from 1 to 65535');
}

/** Undoes `startDecapsulation`; nothing happens if it was not done. Throws E_NO_DEVICE. */
export function stopDecapsulation(device: string): void {
  using rtnetlink = new Rtnetlink();
  findClsact(rtnetlink, indexOf(rtnetlink, device), 'ingress', filterName)?.detach();
}

function indexOf(rtnetlink: Rtnetlink, device: string): number {
  const links = rtnetlink.links();
  const link = links.find(({ name }) => name === device);
  if (link !== undefined) return link.index;
  throw new EvsError('E_NO_DEVICE', `Cannot open tunnels at ${device}: there is no such device`, {
    hint: `There are: ${links.map(({ name }) => name).join(', ')}`,
  });
}
