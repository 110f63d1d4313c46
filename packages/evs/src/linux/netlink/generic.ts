import { attribute, attributesIn, type AttributeValues } from './attributes.ts';
import { requestFlag } from './constants.ts';
import { RequestSocket } from './request-socket.ts';
import { isErrno } from '../system-call.ts';

const NETLINK_GENERIC = 16;
/** `struct genlmsghdr`, include/uapi/linux/genetlink.h: command, version, two bytes that are reserved. */
const headerBytes = 4;
/** The family that knows the numbers of the others. */
const controller = { type: 0x10, getFamily: 3, familyId: 1, familyName: 2 } as const;

/** What is asked of a family; `attempt` and `on` are for the error: Cannot *add* *10.0.0.1*. */
export interface GenericRequest {
  readonly command: number;
  readonly attributes?: readonly Uint8Array[];
  readonly attempt: string;
  readonly on: string;
}

/** One family of generic netlink, in the namespace of the thread that opens it. */
export class GenericFamily implements Disposable {
  readonly #socket: RequestSocket;
  readonly #type: { readonly number: number; readonly name: string };

  private constructor(socket: RequestSocket, number: number, name: string) {
    this.#socket = socket;
    this.#type = { number, name: `genetlink(${name})` };
  }

  /** Undefined if the kernel has no family of that name, and can load no module that has. */
  static open(name: string): GenericFamily | undefined {
    const socket = new RequestSocket(NETLINK_GENERIC);
    try {
      const number = findFamily(socket, name);
      if (number !== undefined) return new GenericFamily(socket, number, name);
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
    socket[Symbol.dispose]();
    return undefined;
  }

  /** Asks and gives the attributes of each answer. Throws NetlinkError. */
  request(request: GenericRequest): AttributeValues[] {
    return this.#socket.request(this.#request(request)).map(attributesOf);
  }

  /** Reads a whole table. Throws NetlinkError. */
  dump(request: GenericRequest): AttributeValues[] {
    return this.#socket.dump(this.#request(request)).map(attributesOf);
  }

  #request({ command, attributes = [], attempt, on }: GenericRequest) {
    return { type: this.#type, parts: [header(command), ...attributes], attempt, on };
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

const header = (command: number): Uint8Array => Uint8Array.of(command, 1, 0, 0);
const attributesOf = ({ body }: { readonly body: Buffer }): AttributeValues =>
  attributesIn(body.subarray(headerBytes));

function findFamily(socket: RequestSocket, name: string): number | undefined {
  try {
    const [answer] = socket.request({
      type: { number: controller.type, name: 'genetlink(getFamily)' },
      flags: requestFlag.acknowledge,
      parts: [header(controller.getFamily), attribute(controller.familyName, name)],
      attempt: 'find',
      on: `the netlink family ${name}`,
    });
    return answer === undefined
      ? undefined
      : attributesOf(answer).get(controller.familyId)?.readUInt16LE(0);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
