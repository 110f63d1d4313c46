import { Socket } from 'node:net';
import { connectTcp } from '../../linux/index.ts';
import { ProbeFailure, type ProbeTarget } from './probe.ts';

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
  const socket = new Socket({ fd: await openConnection(target) });
  const end = (reason: string) => (): void => void socket.destroy(new ProbeFailure(reason));
  const abort = end('given up');
  const { connectTimeoutMs } = target;
  socket.setTimeout(connectTimeoutMs, end('timed out'));
  const limit = setTimeout(end('no end'), longestFactor * connectTimeoutMs);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await use(socket);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', abort);
    // What fails from now on is nobody's business.
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

/** Resolves to the descriptor of a TCP connection, which the caller closes. */
export const openConnection = ({
  address,
  port,
  source,
  mark,
  connectTimeoutMs,
}: ProbeTarget): Promise<number> =>
  connectTcp({
    address,
    port,
    timeoutMs: connectTimeoutMs,
    source: mark === undefined ? (source ?? {}) : { ...source, mark },
  });

/** Waits for an event of a socket; its error throws. */
export const settled = (socket: Socket, event: 'secureConnect'): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
  });
