import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Beyond a failover and the longest pause that TCP makes in it before it sends again. */
const patienceMs = 30_000;

/** Whether a connection's other end sends back what it is sent. */
export async function isAlive(socket: Socket, word: string): Promise<boolean> {
  if (socket.destroyed) return false;
  try {
    const answer = once(socket, 'data', { signal: AbortSignal.timeout(patienceMs) });
    socket.write(word);
    return String((await answer)[0]) === word;
  } catch {
    return false;
  }
}
