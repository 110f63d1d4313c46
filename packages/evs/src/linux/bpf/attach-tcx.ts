import { EvsError } from '../../errors/index.ts';
import { isErrno } from '../system-call.ts';
import { Attributes, bpf, tryBpf } from './command.ts';
import type { KernelProgram } from './kernel-program.ts';
import { Link } from './link.ts';

/** BPF_TCX_INGRESS and BPF_TCX_EGRESS of `enum bpf_attach_type`. */
const attachType = { ingress: 46, egress: 47 } as const;

/** Attaches a tc program by a link, behind those already there. Linux 6.6; see `supportsTcx`. */
export function attachTcx(
  program: KernelProgram,
  ifindex: number,
  direction: 'ingress' | 'egress',
): Link {
  const attributes = new Attributes(64)
    .u32(0, program.fd) // prog_fd
    .u32(4, ifindex) // target_ifindex
    .u32(8, attachType[direction]); // attach_type
  try {
    const fd = bpf('LINK_CREATE', attributes, `interface ${ifindex}`, {
      attempt: `attach tc program ${program.name} (${direction}) to`,
    });
    return new Link(`tcx-${direction}`, fd, ifindex);
  } catch (error) {
    if (!isErrno(error, 'ENODEV')) throw error;
    throw new EvsError('E_NO_DEVICE', `There is no interface ${ifindex}`, { cause: error });
  }
}

/** How many tc programs are attached to a device by links; 0 on kernels without such links. */
export function countTcx(ifindex: number, direction: 'ingress' | 'egress'): number {
  const attributes = new Attributes(64)
    .u32(0, ifindex) // query.target_ifindex
    .u32(4, attachType[direction]); // query.attach_type
  const asked = tryBpf('PROG_QUERY', attributes.bytes);
  return asked < 0 ? 0 : attributes.bytes.readUInt32LE(24); // query.count
}
