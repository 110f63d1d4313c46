import { reserved, struct, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { ServiceSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import { usable } from './usable.ts';

const Round = struct('round', { head: u32, candidate: u32, chosen: u32, _: reserved(4) });

/** The next usable one after the last chosen, in scan order, wrapping. ip_vs_rr. */
export function roundRobin(a: Scheduling, service: Pointer<typeof ServiceSlot>): Value<U32> {
  const { b, maps } = a;
  const round = b.local(Round);
  round.set('head', service.get('head'));
  round.set('candidate', service.get('cursor').to(u32));
  b.loop(service.get('count'), round, (step, _index, state) => {
    const next = step.variable(u32, 0);
    step.lookup(maps.realServers, state.get('candidate')).match((server) => {
      next.set(server.get('next'));
    });
    step.if(next.eq(0), () => next.set(state.get('head')));
    state.set('candidate', next);
    const server = step.lookup(maps.realServers, next).orReturn(1);
    step.if(usable(server), () => {
      state.set('chosen', next);
      step.return(1);
    });
    return 0;
  });
  const chosen = round.get('chosen');
  b.if(chosen.ne(0), () => service.set('cursor', chosen.to(service.get('cursor').type)));
  return chosen;
}
