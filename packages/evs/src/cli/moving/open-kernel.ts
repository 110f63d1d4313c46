import { EvsError } from '../../errors/index.ts';
import type { KernelIpvs } from '../../linux/index.ts';

/** The kernel's ip_vs of this network namespace. Throws E_UNSUPPORTED if it has none. */
export async function openKernel(): Promise<KernelIpvs> {
  const linux = await import('../../linux/index.ts');
  const kernel = linux.KernelIpvs.open();
  if (kernel !== undefined) return kernel;
  throw new EvsError('E_UNSUPPORTED', 'Cannot reach ip_vs: this kernel has none', {
    hint: 'On the machine that has it: ipvsadm -S -n > services; then evs import services here',
  });
}
