import { hasKernelIpvs } from '../network/directors.ts';
import { callsAmongThousands, ipvsadmAmongThousands } from './session.ts';

/** Run by control-plane.sh inside the virtual machine: prints what calls of both tools took as one line. */
if (!hasKernelIpvs()) throw new Error('This kernel has no ip_vs');
const times = { ...ipvsadmAmongThousands(), ...callsAmongThousands(0) };
console.log(`control-plane: ${JSON.stringify(times)}`);
