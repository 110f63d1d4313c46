import { libc } from '../libc.ts';
import type { Attachment } from './attachment.ts';
import { Attributes, bpf } from './command.ts';
import type { KernelProgram } from './kernel-program.ts';
import { linkInfo } from './object-info.ts';
import { openPinned, pinObject } from './pin.ts';

/** How a program hangs on a device through a link. */
export type LinkKind =
  | 'xdp-native'
  | 'xdp-generic'
  | 'xdp'
  | 'tcx-ingress'
  | 'tcx-egress'
  | 'other';

/**
 * An attachment that its descriptor keeps alive: once the last descriptor is closed and no pin holds it, the
 * program is detached at once.
 */
export class Link implements Attachment {
  readonly kind: LinkKind;
  readonly fd: number;
  readonly ifindex: number;
  #open = true;

  /** Takes ownership of `fd`. */
  constructor(kind: LinkKind, fd: number, ifindex: number) {
    this.kind = kind;
    this.fd = fd;
    this.ifindex = ifindex;
  }

  /** Puts another program in the place of the running one, without a gap. */
  update(program: KernelProgram): void {
    const attributes = new Attributes(16).u32(0, this.fd).u32(4, program.fd); // link_fd, new_prog_fd
    bpf('LINK_UPDATE', attributes, this.#name, { attempt: `put program ${program.name} into` });
  }

  /** Gives the link a name in a BPF file system, where it outlives this process. */
  pin(path: string): void {
    pinObject(this.fd, path);
  }

  /** Takes the program off the device, even if the link is pinned; closes the descriptor. */
  detach(): void {
    if (!this.#open) return;
    try {
      bpf('LINK_DETACH', new Attributes(8).u32(0, this.fd), this.#name, { attempt: 'detach' });
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Closes the descriptor: detaches, unless the link is pinned. */
  [Symbol.dispose](): void {
    if (this.#open) libc.close(this.fd);
    this.#open = false;
  }

  get #name(): string {
    return `the ${this.kind} link on interface ${this.ifindex}`;
  }
}

/** Link types, `enum bpf_link_type`, and tcx attach types in include/uapi/linux/bpf.h. */
const linkType = { xdp: 6, tcx: 11 } as const;
const tcxIngress = 46;

/** A link that was pinned, by this process or an earlier one. Whether an XDP link is native is not told. */
export function openPinnedLink(path: string): Link {
  const fd = openPinned(path);
  const info = linkInfo(fd, path);
  return new Link(kindOf(info.kind, info.attachType), fd, info.ifindex);
}

function kindOf(type: number, attachType: number): LinkKind {
  if (type === linkType.xdp) return 'xdp';
  if (type !== linkType.tcx) return 'other';
  return attachType === tcxIngress ? 'tcx-ingress' : 'tcx-egress';
}
