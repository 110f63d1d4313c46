import { exchange } from './datagram.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** What an answer must look like. */
export interface ExpectedReply {
  /** Hexadecimal digits, `x` for any; empty: any answer. */
  readonly pattern: string;
  readonly minLength: number;
  readonly maxLength: number;
}

/**
 * UDP_CHECK: nobody says by ICMP that the port is closed. **Silence is success** unless a reply is asked for.
 * `payload` is in hexadecimal digits.
 */
export const udpProbe = (target: ProbeTarget, payload: string, reply?: ExpectedReply): Probe =>
  probe((signal) =>
    exchange(
      target,
      Buffer.from(payload, 'hex'),
      signal,
      (datagram) => (reply === undefined ? { reason: 'answered' } : judge(datagram, reply)),
      () => {
        if (reply === undefined) return { reason: 'no error' };
        throw new ProbeFailure('no answer');
      },
    ),
  );

function judge(
  datagram: Buffer,
  { pattern, minLength, maxLength }: ExpectedReply,
): { reason: string } {
  if (datagram.length < minLength || datagram.length > maxLength) {
    throw new ProbeFailure(`an answer of ${datagram.length} bytes`);
  }
  const digits = datagram.toString('hex');
  const same = Array.from(pattern.toLowerCase()).every(
    (digit, at) => digit === 'x' || digit === digits[at],
  );
  if (!same) throw new ProbeFailure('an answer that does not match');
  return { reason: 'answered' };
}
