import {
  all,
  bytes,
  packed,
  packetOf,
  subprogram,
  u16,
  u32,
  u64,
  u8,
  type Builder,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Ethernet, Icmp } from '../../packet/index.ts';
import type { Surroundings } from './assembly.ts';
import { fold } from './checksum.ts';
import type { Family } from './family.ts';
import { spendIcmpBudget } from './icmp-budget.ts';
import { envelopeOf, headerOf, messageOf } from './icmp-message.ts';
import type { IcmpError, RoutineOwn } from './routines.ts';
import { sendToClient } from './send.ts';

const MacAddresses = packed('mac_addresses', { destination: bytes(6), source: bytes(6) });
type MacAddresses = typeof MacAddresses;

/**
 * Turns the packet into an ICMP error about itself, from its destination to its source, and sends it out of a
 * device with the MAC addresses exchanged. There is none about what was addressed to many or comes from no single
 * host, nor beyond the rate; path MTU discovery is exempt from the rate, as in the kernel.
 */
export const icmpErrorRoutine = (
  around: Omit<Surroundings, Exclude<RoutineOwn, 'routines'>>,
  family: Family,
): IcmpError =>
  subprogram(
    `icmp_error_${family.name}`,
    [packetOf(around.hook), u32, u32, u32],
    (b, packet, kind, rest, device) => {
      const a: Surroundings = { ...around, b, packet };
      b.if(kind.ne(messageOf(family, 'tooBig')), () => spendIcmpBudget(a));
      const { macs, quotedBytes } = cutToQuote(a, family);
      growHead(a, Icmp.sizeBytes + family.headerBytes);
      const icmpAt = Ethernet.sizeBytes + family.headerBytes;
      const quoteAt = icmpAt + Icmp.sizeBytes;
      const window = packet.window(0, quoteAt + family.headerBytes).orReturn(a.verdict.drop);
      window.view(Ethernet).copyBytes(0, macs, 0, MacAddresses.sizeBytes);
      window.view(Ethernet).set('etherType', family.etherType);
      const [ip, about] = [Ethernet.sizeBytes, quoteAt].map(
        (at) => window.view(headerOf(family), at) as Pointer,
      ) as [Pointer, Pointer];
      const icmp = window.view(Icmp, icmpAt);
      const pseudoHeader = envelopeOf(family).write(ip, about, quotedBytes.add(Icmp.sizeBytes));
      icmp.store(u16, 0, kind.to(u16));
      icmp.store(u32, 4, rest);
      const header = kind.to(u64).add(rest.to(u64)).add(pseudoHeader);
      const sum = b.call(around.routines.sumBytes, packet, quoteAt, quotedBytes).add(header);
      icmp.set('checksum', fold(sum).xor(0xffff).to(u16));
      sendToClient(a, device, around.loopback);
      return around.verdict.drop;
    },
  );

/** Looks whether there may be an answer, and leaves of the packet what it quotes. */
function cutToQuote(
  a: Surroundings,
  family: Family,
): { macs: Pointer<MacAddresses>; quotedBytes: Value<U32> } {
  const { b, packet, verdict } = a;
  const envelope = envelopeOf(family);
  const window = packet.window(0, Ethernet.sizeBytes + family.headerBytes).orReturn(verdict.drop);
  const ethernet = window.view(Ethernet);
  const ip = window.view(headerOf(family), Ethernet.sizeBytes) as Pointer;
  const isForOneHost = ethernet.load(u8, 0).and(1).eq(0);
  b.if(
    all(isForOneHost, () => envelope.isAnswerable(ip)),
    () => undefined,
    () => b.return(verdict.drop),
  );
  const macs = b.local(MacAddresses);
  macs.copyBytes(0, ethernet, 6, 6);
  macs.copyBytes(6, ethernet, 0, 6);
  const present = packet.length().sub(Ethernet.sizeBytes);
  const own = envelope.length(ip);
  const most = envelope.mostBytes - family.headerBytes - Icmp.sizeBytes;
  const quotedBytes = atMost(b, atMost(b, own, present), b.constant(u32, most));
  cut(a, quotedBytes.add(Ethernet.sizeBytes));
  return { macs, quotedBytes };
}

const atMost = (b: Builder, x: Value<U32>, y: Value<U32>): Value<U32> =>
  b.select(x.lt(y), u32, x, y);

/** Ends the frame after some bytes; at tc an aggregate of segments becomes one packet by that. */
function cut(a: Surroundings, lengthBytes: Value<U32>): void {
  const { b, packet } = a;
  const failed =
    a.hook === 'xdp'
      ? b.helper('xdp_adjust_tail', packet.context, lengthBytes.sub(packet.length()))
      : b.helper('skb_change_tail', packet.context, lengthBytes, 0);
  b.if(failed.to(u32).ne(0), () => b.return(a.verdict.drop));
}

/** Room for headers before the packet; where the Ethernet header stands afterwards differs. */
function growHead(a: Surroundings, sizeBytes: number): void {
  const { b, packet } = a;
  const afterMac = 1;
  const failed =
    a.hook === 'xdp'
      ? b.helper('xdp_adjust_head', packet.context, -sizeBytes)
      : b.helper('skb_adjust_room', packet.context, sizeBytes, afterMac, 0);
  b.if(failed.to(u32).ne(0), () => b.return(a.verdict.drop));
  packet.reload();
}
