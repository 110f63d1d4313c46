import { xdp, XdpVerdict, type Program } from '@evs/ebpf';
import type { DirectorMaps } from '../../packages/evs/src/dataplane/maps.ts';
import { withClock, type Features } from '../../packages/evs/src/dataplane/program/assembly.ts';
import { ipv4 } from '../../packages/evs/src/dataplane/program/family.ts';
import { findService } from '../../packages/evs/src/dataplane/program/find.ts';
import { parseDatagram, parseFlow } from '../../packages/evs/src/dataplane/program/parse.ts';
import { defineRoutines } from '../../packages/evs/src/dataplane/program/routines.ts';
import { schedule } from '../../packages/evs/src/dataplane/program/schedule.ts';
import { Ethernet } from '../../packages/evs/src/packet/index.ts';

/** The product's steps up to a packet's service, and with `picks` its scheduler; nothing is entered anywhere. */
export function pickProgram(maps: DirectorMaps, features: Features, picks: boolean): Program {
  const verdict = { pass: XdpVerdict.pass, drop: XdpVerdict.drop };
  return xdp('pick', (b, packet) => {
    const around = { maps, features, hook: 'xdp', loopback: false, verdict } as const;
    const a = withClock({ ...around, b, packet, routines: defineRoutines('xdp', around) });
    const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(verdict.pass).view(Ethernet);
    const flow = parseFlow(a, parseDatagram(a, ipv4(maps), ethernet));
    const index = findService(a, flow).get('index');
    const service = b.lookup(maps.services, index).orReturn(verdict.pass);
    if (picks) {
      const slot = schedule(a, service, flow);
      b.if(slot.eq(0), () => b.return(verdict.pass));
    } else {
      b.if(service.get('scheduler').eq(0), () => b.return(verdict.pass));
    }
    return verdict.drop;
  });
}
