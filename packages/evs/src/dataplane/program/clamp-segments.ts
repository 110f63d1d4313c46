import {
  all,
  be16,
  packed,
  packetOf,
  subprogram,
  u16,
  u32,
  u64,
  u8,
  type Builder,
  type Condition,
  type Packet,
  type PacketParameter,
  type Pointer,
  type Subprogram,
  type U32,
  type Value,
} from '@evs/ebpf';
import { IpProtocol, Tcp, TcpFlag } from '../../packet/index.ts';
import { ConnectionFlag, RealServerSlot, type Connection } from '../layouts.ts';
import type { Assembly, Features, Surroundings } from './assembly.ts';
import { complement, fold, foldTo32, updated } from './checksum.ts';
import { byVariant, tunnelLimit } from './encapsulate.ts';
import type { Family, Sum } from './family.ts';
import { isFlow, type Datagram, type Flow } from './parse.ts';

/** Arguments: the packet, where the TCP header begins, the real server. Packet pointers are dead afterwards. */
export type ClampSegments = Subprogram<readonly [PacketParameter, U32, typeof RealServerSlot]>;

export const clampsSegments = ({ settings, tcp, methods }: Features): boolean =>
  settings.includes('clamp_mss') && tcp && methods.includes('tunneling');

/**
 * `clamp_mss`: has a SYN of a connection by tunnel announce no longer segments than fit into the tunnel. Those of the
 * client's on the director stay: its real server's answers do not come by the tunnel.
 */
export function clampSegments(
  a: Assembly,
  datagram: Datagram,
  server: Pointer<typeof RealServerSlot>,
): void {
  if (!clampsSegments(a.features) || a.loopback || !isFlow(datagram)) return;
  const { b, packet, routines } = a;
  const { transportAt, family } = datagram;
  b.if(isSyn(datagram), () => {
    b.unlikely();
    const at = b.constant(u32, 0).add(transportAt);
    b.call(routines.clampSegments(family), packet, at, server);
  });
  packet.reload();
}

/** By arithmetic: the verifier learns nothing of flags and protocol, and walks the rest once. */
const isSyn = ({ flags, protocol }: Flow): Condition =>
  flags.and(TcpFlag.syn).xor(TcpFlag.syn).or(protocol.xor(IpProtocol.tcp)).eq(0);

/** The same for a real server's answer on its way to the client, who may send segments of that length. */
export function clampAnswer(
  a: Assembly,
  datagram: Datagram,
  connection: Pointer<typeof Connection>,
  server: Pointer<typeof RealServerSlot>,
): void {
  if (!clampsSegments(a.features)) return;
  a.b.if(connection.get('word').hasBits(ConnectionFlag.tunneling), () =>
    clampSegments(a, datagram, server),
  );
}

/** The same for an answer that comes by way of the director in the VIP's name, for the host to forward. */
export function clampPassing(a: Assembly, flow: Flow): void {
  const { b, maps, verdict } = a;
  const { family } = flow;
  if (!clampsSegments(a.features)) return;
  b.if(isSyn(flow), () => {
    b.unlikely();
    b.lookup(family.connections, oppositeOf(a, flow))
      .where((connection) => connection.get('expires').gt(a.now))
      .match((connection) => {
        const slot = connection.get('realServer');
        const server = b.lookup(maps.realServers, slot).orReturn(verdict.pass);
        clampAnswer(a, flow, connection, server);
        b.return(verdict.pass);
      });
  });
}

function oppositeOf({ b }: Assembly, { family, key }: Flow): Pointer {
  const size = family.addressBytes;
  const opposite = b.local(family.FlowKey);
  opposite.copyBytes(0, key, size, size);
  opposite.copyBytes(size, key, 0, size);
  opposite.copyBytes(2 * size, key, 2 * size + 2, 2);
  opposite.copyBytes(2 * size + 2, key, 2 * size, 2);
  opposite.store(u32, 2 * size + 4, key.load(u32, 2 * size + 4));
  return opposite;
}

/** RFC 9293 section 3.1. */
const Option = packed('tcp_option', { kind: u8, length: u8, value: be16 });
const optionKind = { end: 0, padding: 1, maximumSegmentSize: 2 } as const;
/** There is room for 40 one-byte options; nobody pads so much. */
const mostOptions = 16;

/** Looks for the option that announces the longest segment, and lowers it. Without one the host sends short ones. */
export const clampSegmentsRoutine = (
  { hook, features }: Pick<Surroundings, 'hook' | 'features'>,
  family: Family,
): ClampSegments =>
  subprogram(
    `clamp_segments_${family.name}`,
    [packetOf(hook), u32, RealServerSlot],
    (b, packet, givenAt, givenServer) => {
      const most = fitting({ b, features }, family, givenServer.orReturn(0));
      const transportAt = givenAt.and(0x1ff);
      const header = packet.window(transportAt, Tcp.sizeBytes).orReturn(0).view(Tcp);
      const end = transportAt.add(header.get('dataOffset').shr(4).to(u32).shl(2));
      const at = b.variable(u32, transportAt.add(Tcp.sizeBytes));
      const option = b.local(Option);
      const load = hook === 'xdp' ? 'xdp_load_bytes' : 'skb_load_bytes';
      b.repeat(mostOptions, () => {
        b.if(at.add(Option.sizeBytes).gt(end), () => b.return(0));
        const failed = b.helper(load, packet.context, at, option, Option.sizeBytes);
        b.if(failed.to(u32).ne(0), () => b.return(0));
        const kind = option.get('kind');
        b.if(kind.eq(optionKind.end), () => b.return(0));
        const length = b.variable(u32, option.get('length').to(u32));
        b.if(kind.eq(optionKind.padding), () => length.set(1));
        b.if(length.eq(0), () => b.return(0));
        b.if(all(kind.eq(optionKind.maximumSegmentSize), length.eq(Option.sizeBytes)), () => {
          b.if(option.get('value').host().to(u32).gt(most), () =>
            lower(b, packet, transportAt, at, option, most),
          );
          b.return(0);
        });
        at.set(at.add(length));
      });
      return 0;
    },
  );

/** How long a segment through the tunnel may be. */
function fitting(
  { b, features }: Pick<Assembly, 'b' | 'features'>,
  family: Family,
  server: Pointer<typeof RealServerSlot>,
): Value<U32> {
  const most = b.variable(u32, 0);
  byVariant({ b, features }, family, server, (variant) =>
    most.set(tunnelLimit(variant, server).bytes.sub(family.headerBytes + Tcp.sizeBytes)),
  );
  return most;
}

function lower(
  b: Builder,
  packet: Packet,
  transportAt: Value<U32>,
  at: Value<U32>,
  option: Pointer<typeof Option>,
  most: Value<U32>,
): void {
  const before = option.load(u16, Option.offsetOf('value'));
  const after = most.to(u16).network().reinterpret(u16);
  const place = packet.window(at.and(0x3ff), Option.sizeBytes).orReturn(0).view(Option);
  place.store(u16, Option.offsetOf('value'), after);
  const change = complement(before).add(after.to(u64));
  mend(b, packet, transportAt, asWords(b, change, at.sub(transportAt)));
}

/** A word at an odd place lies across two of the checksum's: it adds its bytes exchanged. RFC 1071 section 2 (B). */
function asWords(b: Builder, change: Sum, place: Value<U32>): Sum {
  const folded = b.variable(u64, fold(change));
  b.if(place.hasBits(1), () => folded.set(folded.shl(8).or(folded.shr(8)).and(0xffff)));
  return folded;
}

/** At tc by the helper: the checksum may be left to the hardware, which knows nothing of options then. */
function mend(b: Builder, packet: Packet, transportAt: Value<U32>, change: Sum): void {
  const checksumAt = Tcp.offsetOf('checksum');
  if (packet.hook === 'xdp') {
    const header = packet.window(transportAt, Tcp.sizeBytes).orReturn(0).view(Tcp);
    header.set('checksum', updated(header.get('checksum'), change));
    return;
  }
  const difference = foldTo32(change).to(u32);
  b.helper('l4_csum_replace', packet.context, transportAt.add(checksumAt), 0, difference, 0);
}
