import { randomInt } from 'node:crypto';
import { exchange } from './datagram.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** RFC 1035 section 3.2.2 and its successors. */
export const dnsTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
} as const;
export type DnsType = keyof typeof dnsTypes;

/** DNS_CHECK: the server answers a query without an error. What it answers is not looked at. */
export const dnsProbe = (target: ProbeTarget, type: DnsType, name: string): Probe =>
  probe((signal) => {
    const id = randomInt(65_536);
    return exchange(
      target,
      query(id, type, name),
      signal,
      (datagram) => judge(datagram, id),
      () => {
        throw new ProbeFailure('no answer');
      },
    );
  });

/** RFC 1035 section 4.1: a header that asks for recursion, and one question. */
export function query(id: number, type: DnsType, name: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.split('.').filter((label) => label !== '');
  const encoded = labels.map((label) =>
    Buffer.concat([Buffer.of(label.length & 63), Buffer.from(label.slice(0, 63), 'latin1')]),
  );
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(dnsTypes[type], 1);
  tail.writeUInt16BE(1, 3);
  return Buffer.concat([header, ...encoded, tail]);
}

/** Undefined for what is no answer to this query: the right one may still come. */
function judge(datagram: Buffer, id: number): { reason: string } | undefined {
  if (datagram.length < 12 || datagram.readUInt16BE(0) !== id) return undefined;
  const flags = datagram.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return undefined;
  const code = flags & 15;
  if (code !== 0) throw new ProbeFailure(`rcode ${code}`);
  return { reason: 'answered' };
}
