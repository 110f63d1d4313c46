import { Command } from 'commander';
import { decapsulation } from '../dataplane/decapsulation.ts';
import { EvsError } from '../errors/index.ts';
import { attachClsact, findClsact, loadProgram, Rtnetlink } from '../linux/index.ts';

/** Of the filter, by which it is found again. */
const filterName = 'evs_decapsulate';

/** `evs decapsulate DEVICE`: opens a real server's tunnels where the kernel has no ipip device. */
export const decapsulateCommand = (): Command =>
  new Command('decapsulate')
    .description(
      'opens IPIP tunnels that arrive at a device of a real server, without an ipip device',
    )
    .argument('<device>')
    .option('--off', 'stops it')
    .action((device: string, { off }: { readonly off?: boolean }) => {
      using rtnetlink = new Rtnetlink();
      const ifindex = indexOf(rtnetlink, device);
      if (off === true) findClsact(rtnetlink, ifindex, 'ingress', filterName)?.detach();
      else attach(rtnetlink, ifindex);
    });

/** A filter outlives the process that attached it; the device's end is its end. */
function attach(rtnetlink: Rtnetlink, ifindex: number): void {
  using program = loadProgram(decapsulation());
  attachClsact(rtnetlink, program, ifindex, 'ingress', filterName);
}

function indexOf(rtnetlink: Rtnetlink, device: string): number {
  const links = rtnetlink.links();
  const link = links.find(({ name }) => name === device);
  if (link !== undefined) return link.index;
  throw new EvsError('E_NO_DEVICE', `Cannot open tunnels at ${device}: there is no such device`, {
    hint: `There are: ${links.map(({ name }) => name).join(', ')}`,
  });
}
