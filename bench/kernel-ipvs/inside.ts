import { compareWithKernel } from './compare.ts';
import { hasKernelIpvs } from '../network/directors.ts';

/** Run by kernel-ipvs.sh inside the virtual machine: prints the rates as one line. */
if (!hasKernelIpvs()) throw new Error('This kernel has no ip_vs');
console.log(`kernel-ipvs: ${JSON.stringify(await compareWithKernel())}`);
