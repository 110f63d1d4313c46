import {
  any,
  tc,
  TcVerdict,
  xdp,
  XdpVerdict,
  type Builder,
  type Condition,
  type Packet,
  type Pointer,
  type Program,
} from '@evs/ebpf';
import { Ethernet, EtherType, type EthernetLayout } from '../../packet/index.ts';
import type { DirectorMaps } from '../maps.ts';
import { seesReplies, withClock, type Surroundings, type Features, type Hook } from './assembly.ts';
import { clampPassing, clampsSegments } from './clamp-segments.ts';
import { connect } from './connect.ts';
import { ipv4, ipv6, type Family } from './family.ts';
import { concernsUs } from './filter.ts';
import { hasVlanTag, isForAnotherHost, pull } from './frame.ts';
import { findConnection } from './find.ts';
import { forward, forwardOnce } from './forward.ts';
import { parseDatagram, parseFlow } from './parse.ts';
import { icmpProtocol, relayRelated } from './related.ts';
import { refuseStray } from './refuse-stray.ts';
import { reply } from './reply.ts';
import { defineRoutines } from './routines.ts';

/** Headers that a program reads or writes directly, at most. */
const headBytes = 14 + 60 + 20;

/** The balancer for one kind of device, with the code for `features` and nothing else. */
export function directorProgram(
  maps: DirectorMaps,
  features: Features,
  hook: Hook,
  loopback = false,
): Program {
  const body = (b: Builder, packet: Packet): number => {
    const verdict =
      hook === 'xdp'
        ? { pass: XdpVerdict.pass, drop: XdpVerdict.drop }
        : { pass: TcVerdict.next, drop: TcVerdict.drop };
    const around = { maps, features, hook, loopback, verdict };
    direct({ ...around, b, packet, routines: defineRoutines(hook, around) });
    return verdict.pass;
  };
  return hook === 'xdp' ? xdp('evs_director', body) : tc('evs_director', body);
}

/** One packet's way, unless all ways are another director's. What is not IP passes, as does everything that no step below claims. */
function direct(a: Surroundings): void {
  const { b, packet, features, maps, verdict } = a;
  if (features.settings.includes('backup_only')) return;
  pull(a, headBytes);
  const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(verdict.pass).view(Ethernet);
  const type = ethernet.get('etherType');
  if (a.hook === 'tc') {
    // A tag in the packet's metadata: the VLAN's own device will see the packet again.
    b.if(any(hasVlanTag(packet), isForAnotherHost(packet)), () => b.return(verdict.pass));
  }
  if (features.ipv4) {
    b.if(type.eq(EtherType.ipv4), () => balance(a, ipv4(maps), ethernet));
  }
  if (features.ipv6) {
    b.if(type.eq(EtherType.ipv6), () => balance(a, ipv6(maps), ethernet));
  }
}

/**
 * Parse → find connection → else: a reply? else connect (find service, schedule) → forward. A connection is
 * looked for before its service, as ip_vs does: it outlives the service.
 */
function balance(a: Surroundings, family: Family, ethernet: Pointer<EthernetLayout>): void {
  const { b, features, verdict } = a;
  b.within(family.name, () => {
    const datagram = parseDatagram(a, family, ethernet);
    b.if(datagram.protocol.eq(icmpProtocol(datagram)), () => relayRelated(a, datagram));
    const inward = concernsUs(a, family, datagram.destination);
    const isOutward = (): Condition => concernsUs(a, family, datagram.source).ne(0);
    b.if(inward.eq(0), () => {
      if (looksBack(features))
        b.if(
          isOutward(),
          () => undefined,
          () => b.return(verdict.pass),
        );
      else b.return(verdict.pass);
    });
    const flow = parseFlow(a, datagram);
    const timed = withClock(a);
    const connection = b
      .whenever(inward.ne(0), () => findConnection(timed, flow))
      .orElse(() => {
        if (looksBack(features)) {
          b.if(any(inward.eq(0), isOutward), () => {
            if (seesReplies(features)) {
              reply(timed, flow, flow.key);
              refuseStray(timed, flow);
            }
            clampPassing(timed, flow);
          });
          b.if(inward.eq(0), () => b.return(verdict.pass));
        }
        return connect(timed, flow, (once) => forwardOnce(timed, flow, once));
      });
    forward(timed, flow, connection);
  });
}

/** What real servers send is looked at. */
const looksBack = (features: Features): boolean =>
  seesReplies(features) || clampsSegments(features);
