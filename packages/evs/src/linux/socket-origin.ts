import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { socketAddress } from './socket-address.ts';
import { libc } from './libc.ts';
import { hostInt } from './socket.ts';
import { checked } from './system-call.ts';

/** Where a socket's packets come from, and how they are marked. All may be left to the kernel. */
export interface SocketOrigin {
  readonly address?: IpAddress;
  readonly port?: number;
  readonly device?: string;
  /** SO_MARK; 0 for none. */
  readonly mark?: number;
}

/** socket(7). */
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;

/** Binds a socket for a destination to where it is to send from. Throws if that fails; the caller closes it. */
export function originate(
  fd: number,
  to: IpAddress,
  { address, port, device, mark = 0 }: SocketOrigin = {},
): void {
  if (mark !== 0) setOption(fd, SO_MARK, hostInt(mark));
  if (device !== undefined) setOption(fd, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
  if (address === undefined && port === undefined) return;
  // Probes from one port follow each other before the kernel has forgotten the one before.
  if (port !== undefined) setOption(fd, SO_REUSEADDR, hostInt(1));
  const any = familyOf(to) === 'ipv4' ? '0.0.0.0' : '::';
  const from = socketAddress(address ?? any, port);
  checked(libc.bind(fd, from, from.length), 'bind', `a socket to ${address ?? any}`);
}

const setOption = (fd: number, option: number, value: Buffer): number =>
  checked(
    libc.setsockopt(fd, SOL_SOCKET, option, value, value.length),
    `setsockopt(${option})`,
    'a socket',
  );
