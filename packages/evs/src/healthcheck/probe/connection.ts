import { Socket } from 'node:net';
import { connectTcp } from '../../linux/index.ts';
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
  const socket = new Socket({ fd: await openConnection(target, signal) });
  const end = (reason: string) => (): void => void socket.destroy(new ProbeFailure(reason));
  const abort = end('given up');
  const { connectTimeoutMs } = target;
  socket.setTimeout(connectTimeoutMs, end('timed out'));
  const limit = setTimeout(end('no end'), longestFactor * connectTimeoutMs);
  signal.addEventListener('abort', abort, { once: true });
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
export async function openConnection(
  { address, port, source, mark, connectTimeoutMs }: ProbeTarget,
  signal: AbortSignal,
): Promise<number> {
  const controller = new AbortController();
  const end = (reason: string) => (): void => {
    controller.abort(new ProbeFailure(reason));
  };
  const timer = setTimeout(end('timed out'), connectTimeoutMs);
  const abort = end('given up');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const origin = { ...source, ...(mark !== undefined && { mark }) };
    return await connectTcp({ address, port, source: origin }, controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Waits for an event of a socket; its error throws. */
export const settled = (socket: Socket, event: 'secureConnect'): Promise<void> =>
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
