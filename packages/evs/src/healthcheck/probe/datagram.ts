import { DatagramSocket } from '../../linux/index.ts';
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
  const { address, port, source, mark, connectTimeoutMs } = target;
  const origin = { ...source, ...(mark !== undefined && { mark }) };
  using socket = new DatagramSocket(address, port, origin);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => {
        attempt(reject, () => {
          resolve(silence());
        });
      }, connectTimeoutMs);
      const giveUp = (): void => {
        reject(new ProbeFailure('given up'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      socket.watch((datagram) => {
        attempt(reject, () => {
          const found = answer(datagram);
          if (found !== undefined) resolve(found);
        });
      }, reject);
      socket.send(payload);
    });
  } finally {
    clearTimeout(timer);
  }
}

function attempt(reject: (error: unknown) => void, body: () => void): void {
  try {
    body();
  } catch (error) {
    reject(error);
  }
}
