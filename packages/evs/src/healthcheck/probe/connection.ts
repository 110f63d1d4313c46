import { connect, type Socket } from 'node:net';
import { ProbeFailure, type ProbeTarget } from './probe.ts';

/** The longest answer that is kept, in bytes: a server that never ends is no reason to run out of memory. */
export const longestAnswer = 16 * 1024 * 1024;

/** A connection may last so many times its time-out: a server that drips byte after byte ends, too. */
const longestFactor = 10;

/**
 * Opens a TCP connection and gives it to `use`; closes it at once when that ends, when nothing is heard for the
 * target's time-out, or when the signal says so.
 */
export async function withConnection<T>(
  target: ProbeTarget,
  signal: AbortSignal,
  use: (socket: Socket) => Promise<T>,
): Promise<T> {
  const { address, port, source, connectTimeoutMs } = target;
  const socket = connect({
    host: address,
    port,
    ...(source?.address !== undefined && { localAddress: source.address }),
    ...(source?.port !== undefined && { localPort: source.port }),
  });
  const end = (reason: Error): void => void socket.destroy(reason);
  const abort = (): void => {
    end(new ProbeFailure('given up'));
  };
  socket.setTimeout(connectTimeoutMs, () => {
    end(new ProbeFailure('timed out'));
  });
  const limit = setTimeout(() => {
    end(new ProbeFailure('no end'));
  }, longestFactor * connectTimeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await settled(socket, 'connect');
    return await use(socket);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', abort);
    // What fails from now on is nobody's business.
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

/** Waits for an event of a socket; its error throws. */
export const settled = (socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
  });

/** All bytes until the other side closes. Throws ProbeFailure if they are too many. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of socket as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > longestAnswer) throw new ProbeFailure(`more than ${longestAnswer} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
