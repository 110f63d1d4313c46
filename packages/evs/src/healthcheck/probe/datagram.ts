import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { ProbeFailure, type ProbeTarget } from './probe.ts';

/**
 * Sends one datagram and asks `answer` about each that comes back, until it gives something. If none does within
 * the time-out, the result is `silence`. An ICMP error throws.
 */
export async function exchange<T>(
  target: ProbeTarget,
  payload: Uint8Array,
  signal: AbortSignal,
  answer: (datagram: Buffer) => T | undefined,
  silence: () => T,
): Promise<T> {
  const { address, port, source, connectTimeoutMs } = target;
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    return await new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        attempt(reject, () => {
          resolve(silence());
        });
      }, connectTimeoutMs);
      signal.addEventListener('abort', () => {
        reject(new ProbeFailure('given up'));
      });
      socket.once('error', reject);
      socket.once('close', () => {
        clearTimeout(timer);
      });
      socket.on('message', (datagram) => {
        attempt(reject, () => {
          const found = answer(datagram);
          if (found !== undefined) resolve(found);
        });
      });
      bound(socket, source, () => {
        // Connected, so that ICMP errors are told.
        socket.connect(port, address, (error?: Error) => {
          if (error === undefined) socket.send(payload);
          else reject(error);
        });
      });
    });
  } finally {
    socket.close();
  }
}

function bound(socket: Socket, source: ProbeTarget['source'], then: () => void): void {
  if (source === undefined) then();
  else {
    socket.bind(
      { port: source.port ?? 0, ...(source.address !== undefined && { address: source.address }) },
      then,
    );
  }
}

function attempt(reject: (error: unknown) => void, body: () => void): void {
  try {
    body();
  } catch (error) {
    reject(error);
  }
}
