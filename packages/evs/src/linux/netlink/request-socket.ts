import { Socket } from '../socket.ts';
import { messageType, requestFlag, type MessageType } from './constants.ts';
import { decodeMessages, encodeMessage, type Message } from './message.ts';
import { acknowledged, NetlinkError } from './netlink-error.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_NETLINK = 270;
const NETLINK_ROUTE = 0;
const option = { extendedAcknowledgement: 11, strictChecking: 12 } as const;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** NLM_F_DUMP_INTR: the table changed while it was read. */
const interrupted = 0x10;
const dumpAttempts = 5;

/** A message type that is no constant, with what errors call it. */
export interface NamedType {
  readonly number: number;
  readonly name: string;
}

/** What is asked of the kernel; `attempt` and `on` are for the error: Cannot *add* *10.0.0.1*. */
export interface Request {
  readonly type: MessageType | NamedType;
  readonly flags?: number;
  readonly parts: readonly Uint8Array[];
  readonly attempt: string;
  readonly on: string;
}

/**
 * A socket for requests of a netlink protocol, rtnetlink by default, in the namespace of the thread that opens
 * it. Synchronous: the kernel answers before the call that asks returns.
 */
export class RequestSocket implements Disposable {
  readonly #socket: Socket;
  #sequence = 0;

  constructor(protocol = NETLINK_ROUTE) {
    this.#socket = openNetlink(0, true, protocol);
    if (protocol === NETLINK_ROUTE) this.#socket.setOption(SOL_NETLINK, option.strictChecking, 1);
  }

  /** Sends a request and gives the answers to it. Throws NetlinkError. */
  request(request: Request): Message[] {
    const sequence = this.#send(request, requestFlag.acknowledge | (request.flags ?? 0));
    return this.#answers(request, sequence).messages;
  }

  /** Reads a whole table; again if it changed meanwhile. */
  dump(request: Request): Message[] {
    for (let attempt = 1; ; attempt++) {
      const sequence = this.#send(request, requestFlag.dump);
      const { messages, consistent } = this.#answers(request, sequence);
      if (consistent || attempt === dumpAttempts) return messages;
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #send({ type, parts }: Request, flags: number): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    const all = requestFlag.request | flags;
    this.#socket.send(encodeMessage(numberOf(type), all, this.#sequence, parts));
    return this.#sequence;
  }

  #answers(request: Request, sequence: number): { messages: Message[]; consistent: boolean } {
    const messages: Message[] = [];
    let consistent = true;
    for (;;) {
      for (const message of decodeMessages(this.#socket.receiveWhole() ?? Buffer.alloc(0))) {
        if (message.sequence !== sequence) continue;
        if ((message.flags & interrupted) !== 0) consistent = false;
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          throwIfRefused(request, message);
          return { messages, consistent };
        }
        messages.push(message);
      }
    }
  }
}

const numberOf = (type: Request['type']): number =>
  typeof type === 'string' ? messageType[type] : type.number;
const nameOf = (type: Request['type']): string =>
  typeof type === 'string' ? `rtnetlink(${type})` : type.name;

function throwIfRefused({ type, attempt, on }: Request, message: Message): void {
  const { errno, text } = acknowledged(message);
  if (errno !== 0) throw new NetlinkError(nameOf(type), attempt, on, errno, text);
}

/** A netlink socket, subscribed to the multicast groups whose bits are set in `groups`. */
export function openNetlink(groups: number, blocking: boolean, protocol = NETLINK_ROUTE): Socket {
  const socket = new Socket({
    domain: AF_NETLINK,
    type: SOCK_RAW,
    protocol,
    name: protocol === NETLINK_ROUTE ? 'rtnetlink socket' : 'netlink socket',
    blocking,
  });
  const address = Buffer.alloc(12); // struct sockaddr_nl
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups >>> 0, 8);
  return socket.bind(address).setOption(SOL_NETLINK, option.extendedAcknowledgement, 1);
}
