import {
  reserved,
  struct,
  u32,
  u64,
  type Builder,
  type Condition,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import type { RealServerSlot, ServiceSlot } from '../layouts.ts';
import type { Assembly } from '../program/assembly.ts';
import { usable } from './usable.ts';

const Search = struct('search', {
  candidate: u32,
  best: u32,
  bestLoad: u64,
  bestWeight: u32,
  _: reserved(4),
});

/** A real server's load: what is compared, before weights. */
export type Load = (b: Builder, server: Pointer<typeof RealServerSlot>) => Value<U64>;
/** Whether the candidate is strictly better than the best so far. */
export type Better = (best: Candidate, candidate: Candidate) => Condition;
export interface Candidate {
  readonly load: Value<U64>;
  readonly weight: Value<U64>;
}

/** Goes once through all usable real servers and keeps the best; a tie keeps the earlier in scan order. */
export function searchLeast(
  a: Assembly,
  service: Pointer<typeof ServiceSlot>,
  load: Load,
  better: Better,
): Value<U32> {
  const { b, maps } = a;
  const search = b.local(Search);
  search.set('candidate', service.get('head'));
  b.loop(service.get('count'), search, (step, _index, state) => {
    const candidate = state.get('candidate');
    step.if(candidate.eq(0), () => step.return(1));
    const server = step.lookup(maps.realServers, candidate).orReturn(1);
    state.set('candidate', server.get('next'));
    step.if(usable(server), () => {
      const own: Candidate = { load: load(step, server), weight: server.get('weight').to(u64) };
      const keep = (): void => {
        state.set('best', candidate);
        state.set('bestLoad', own.load);
        state.set('bestWeight', own.weight.to(u32));
      };
      step.if(state.get('best').eq(0), keep, () => {
        const best: Candidate = {
          load: state.get('bestLoad'),
          weight: state.get('bestWeight').to(u64),
        };
        step.if(better(best, own), keep);
      });
    });
    return 0;
  });
  return search.get('best');
}

/** 256 for each active connection, one for each connection. ip_vs, ip_vs_dest_conn_overhead. */
export const overhead: Load = (_b, server) =>
  server.get('active').to(u64).mul(257).add(server.get('inactive').to(u64));
