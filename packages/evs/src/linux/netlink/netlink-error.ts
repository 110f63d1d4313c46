import { SystemCallError } from '../system-call.ts';
import { attributesIn, textOf } from './attributes.ts';
import type { Message } from './message.ts';

/** NLM_F_CAPPED: the request is not repeated; NLM_F_ACK_TLVS: attributes follow. */
const flag = { capped: 0x100, acknowledgement: 0x200 } as const;
/** NLMSGERR_ATTR_MSG */
const messageAttribute = 1;

/** The kernel refused a netlink request. */
export class NetlinkError extends SystemCallError {
  override readonly name = 'NetlinkError';

  /** `call` is for programs: `rtnetlink(getLink)`; `attempt` and `on` make the message: Cannot *add address* *10.0.0.1 to eth0*. */
  constructor(call: string, attempt: string, on: string, number: number, text?: string) {
    super(call, on, number, {
      attempt,
      ...(text === undefined ? {} : { detail: text }),
      ...(number === ENODEV ? { code: 'E_NO_DEVICE' as const } : {}),
    });
  }
}
const ENODEV = 19;

/** errno of an acknowledgement, 0 for success, with the kernel's own words if it gave any. */
export function acknowledged({ body, flags }: Message): { errno: number; text?: string } {
  const errno = -body.readInt32LE(0);
  if ((flags & flag.acknowledgement) === 0) return { errno };
  // struct nlmsgerr: errno, then the header of the request, then its body unless capped.
  const headerEnd = 20;
  const attributesAt = (flags & flag.capped) === 0 ? 4 + body.readUInt32LE(4) : headerEnd;
  const text = attributesIn(body.subarray(attributesAt)).get(messageAttribute);
  return text === undefined ? { errno } : { errno, text: textOf(text) };
}
