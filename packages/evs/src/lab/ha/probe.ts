import { connect } from 'node:net';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  /** Called with the time at which the question was asked, in ms of `monotonicMs`. */
  readonly onAnswer: (askedAtMs: number) => void;
}

/**
 * Milliseconds of the machine's CLOCK_MONOTONIC: the same in all of its processes and network namespaces.
 */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Shorter than the second after which TCP asks again: an answer belongs to the moment it was asked for. */
const patienceMs = 500;

/** Asks a web server for its page at a steady pace, whether it answers or not, until the process ends. */
export function probe({ host, port, intervalMs, onAnswer }: ProbeOptions): void {
  setInterval(() => {
    const askedAtMs = monotonicMs();
    const socket = connect({ host, port });
    socket.once('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.once('data', () => {
      onAnswer(askedAtMs);
      socket.destroy();
    });
    socket.once('error', () => socket.destroy());
    setTimeout(() => socket.destroy(), patienceMs);
  }, intervalMs);
}
