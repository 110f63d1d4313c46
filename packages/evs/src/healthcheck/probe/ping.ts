import { randomBytes } from 'node:crypto';
import { PingSocket } from '../../linux/index.ts';
import { familyOf, internetChecksum } from '../../packet/index.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** RFC 792 and RFC 4443: types of echo requests and replies. */
const types = { ipv4: { request: 8, reply: 0 }, ipv6: { request: 128, reply: 129 } } as const;
const headerBytes = 8;
const payloadBytes = 56;

/** PING_CHECK: an ICMP echo request is answered. */
export const pingProbe = (target: ProbeTarget): Probe =>
  probe(async (signal) => {
    const { address, connectTimeoutMs, source, mark } = target;
    const family = familyOf(address);
    const request = echoRequest(family);
    using socket = new PingSocket(address, { ...source, ...(mark !== undefined && { mark }) });
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => (): void => {
        reject(new ProbeFailure(reason));
      };
      const timer = setTimeout(fail('no answer'), connectTimeoutMs);
      signal.addEventListener('abort', fail('given up'), { once: true });
      socket.watch((message) => {
        if (!answers(family, request, message)) return;
        clearTimeout(timer);
        resolve();
      });
      socket.send(request);
    });
    return { reason: 'answered' };
  });

/** Type, code, checksum, then bytes that nobody else has: identifier, sequence number and payload. */
export function echoRequest(family: 'ipv4' | 'ipv6'): Buffer {
  const message = Buffer.concat([Buffer.alloc(4), randomBytes(headerBytes - 4 + payloadBytes)]);
  message[0] = types[family].request;
  // The kernel fills in ICMPv6's, which has a pseudo header.
  if (family === 'ipv4') message.writeUInt16BE(internetChecksum(message), 2);
  return message;
}

/** Whether a message is the reply to a request: everything behind the checksum comes back. */
export const answers = (
  family: 'ipv4' | 'ipv6',
  request: Uint8Array,
  message: Uint8Array,
): boolean =>
  message[0] === types[family].reply &&
  message[1] === 0 &&
  Buffer.compare(request.subarray(4), message.subarray(4)) === 0;
