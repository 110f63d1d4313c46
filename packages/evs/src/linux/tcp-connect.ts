import { constants } from 'node:os';
import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { WritableWaiter } from './epoll.ts';
import { errno, libc } from './libc.ts';
import { AF, socketAddress } from './socket-address.ts';
import { originate, type SocketOrigin } from './socket-origin.ts';
import { checked, SystemCallError } from './system-call.ts';

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x8_0000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;

/** Where a connection goes, and from where. */
export interface TcpTarget {
  readonly address: IpAddress;
  readonly port: number;
  readonly source?: SocketOrigin;
  readonly timeoutMs: number;
}

let waiter: WritableWaiter | undefined;
const errorValue = Buffer.alloc(4);
const errorSize = Buffer.alloc(4);

/**
 * Connects, and resolves to the descriptor, which then belongs to the caller; from any device, with any mark, which
 * net.connect() cannot. Rejects with a SystemCallError: ETIMEDOUT after `timeoutMs`.
 */
export function connectTcp(target: TcpTarget): Promise<number> {
  return new Promise((resolve, reject) => {
    const fd = begin(target);
    const waiting = (waiter ??= new WritableWaiter());
    const end = (error: number): void => {
      clearTimeout(timer);
      waiting.forget(fd);
      if (error === 0) {
        resolve(fd);
        return;
      }
      libc.close(fd);
      reject(refusal(target, error));
    };
    const timer = setTimeout(end, target.timeoutMs, constants.errno.ETIMEDOUT);
    waiting.wait(fd, () => {
      end(errorOf(fd));
    });
  });
}

function errorOf(fd: number): number {
  errorSize.writeInt32LE(errorValue.length);
  libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, errorValue, errorSize);
  return errorValue.readInt32LE();
}

/** A socket that is connecting. */
function begin(target: TcpTarget): number {
  const { address, port, source } = target;
  const type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const fd = checked(libc.socket(AF[familyOf(address)], type, 0), 'socket', 'a TCP socket');
  try {
    originate(fd, address, source);
    const to = socketAddress(address, port);
    if (libc.connect(fd, to, to.length) < 0 && errno() !== constants.errno.EINPROGRESS) {
      throw refusal(target, errno());
    }
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

const refusal = ({ address, port }: TcpTarget, error: number): SystemCallError =>
  new SystemCallError('connect', `${address} port ${port}`, error, { attempt: 'connect to' });
