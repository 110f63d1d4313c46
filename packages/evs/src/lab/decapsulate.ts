import { decapsulation } from '../dataplane/decapsulation.ts';
import { EvsError } from '../errors/index.ts';
import { attachClsact, findClsact, loadProgram, Rtnetlink } from '../linux/index.ts';

/** Of the filter, by which it is found again. */
const filterName = 'evs_decapsulate';

/**
 * Opens tunnels at a device of this network namespace from now on: the filter outlives the process and ends with
 * the device. Throws E_NO_DEVICE.
 */
export function startDecapsulation(device: string): void {
  using rtnetlink = new Rtnetlink();
  const ifindex = indexOf(rtnetlink, device);
  using program = loadProgram(decapsulation());
  attachClsact(rtnetlink, program, ifindex, 'ingress', filterName);
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
