import { EvsError } from '../../errors/index.ts';
import { Rtnetlink } from '../netlink/rtnetlink.ts';
import { isErrno, SystemCallError } from '../system-call.ts';
import { libc } from '../libc.ts';
import { Attributes, bpf } from './command.ts';
import type { KernelProgram } from './kernel-program.ts';
import { Link } from './link.ts';
import { programById, programInfo } from './object-info.ts';

const BPF_XDP = 37;
/** XDP_FLAGS_SKB_MODE and XDP_FLAGS_DRV_MODE of include/uapi/linux/if_link.h. */
const modeFlag = { generic: 2, native: 4 } as const;

/**
 * Attaches an XDP program by a link: `native` in the driver, `generic` behind it. The device is one of this
 * thread's namespace. Throws E_INVALID if another XDP program is there, and names it.
 */
export function attachXdp(
  program: KernelProgram,
  ifindex: number,
  mode: 'native' | 'generic',
): Link {
  const attributes = new Attributes(64)
    .u32(0, program.fd) // prog_fd
    .u32(4, ifindex) // target_ifindex
    .u32(8, BPF_XDP) // attach_type
    .u32(12, modeFlag[mode]); // flags
  try {
    const fd = bpf('LINK_CREATE', attributes, `interface ${ifindex}`, {
      attempt: `attach XDP program ${program.name} (${mode}) to`,
    });
    return new Link(`xdp-${mode}`, fd, ifindex);
  } catch (error) {
    throw explained(error, ifindex, mode);
  }
}

/** Says what errno does not: which device is missing, or whose program is in the way. */
function explained(error: unknown, ifindex: number, mode: string): unknown {
  if (!(error instanceof SystemCallError) || error.code === 'E_NO_PRIVILEGE') return error;
  using rtnetlink = new Rtnetlink();
  const link = rtnetlink.links().find(({ index }) => index === ifindex);
  if (link === undefined) {
    return new EvsError('E_NO_DEVICE', `There is no interface ${ifindex}`, { cause: error });
  }
  if (link.xdp !== undefined) {
    const other = describeProgram(link.xdp.programId);
    return new EvsError(
      'E_INVALID',
      `Cannot attach to ${link.name}: another XDP program is attached to it (${other}, ${link.xdp.mode})`,
      { cause: error, hint: `Remove it first: ip link set dev ${link.name} xdp off` },
    );
  }
  if (isErrno(error, 'EOPNOTSUPP') && mode === 'native') {
    return new EvsError('E_UNSUPPORTED', `The driver of ${link.name} cannot run XDP programs`, {
      cause: error,
      hint: 'Use the tc hook, or generic XDP',
    });
  }
  return error;
}

function describeProgram(id: number | undefined): string {
  if (id === undefined) return 'several';
  try {
    const fd = programById(id);
    const { name } = programInfo(fd);
    libc.close(fd);
    return `id ${id}, name ${name}`;
  } catch {
    return `id ${id}`;
  }
}
