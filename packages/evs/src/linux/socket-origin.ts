import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { socketAddress } from './socket-address.ts';
import type { Socket } from './socket.ts';

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

/** Binds a socket for a destination to where it is to send from; closes it if that fails. */
export function originate(
  socket: Socket,
  to: IpAddress,
  { address, port, device, mark = 0 }: SocketOrigin = {},
): void {
  if (mark !== 0) socket.setOption(SOL_SOCKET, SO_MARK, mark);
  if (device !== undefined) {
    socket.setOption(SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`));
  }
  if (address === undefined && port === undefined) return;
  // Probes from one port follow each other before the kernel has forgotten the one before.
  if (port !== undefined) socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
  const any = familyOf(to) === 'ipv4' ? '0.0.0.0' : '::';
  socket.bind(socketAddress(address ?? any, port));
}
