import {
  all,
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
import type { Scheduling } from '../program/assembly.ts';
import { usable } from './usable.ts';

const Search = struct('search', {
  candidate: u32,
  best: u32,
  bestLoad: u64,
  bestWeight: u32,
  _: reserved(4),
});

type ServerPointer = Pointer<typeof RealServerSlot>;
/** A real server's load: what is compared, before weights. */
export type Load = (b: Builder, server: ServerPointer) => Value<U64>;
/** Whether the candidate is strictly better than the best so far. */
export type Better = (best: Candidate, candidate: Candidate) => Condition;
export interface Candidate {
  readonly load: Value<U64>;
  readonly weight: Value<U64>;
}

/** How to choose among usable real servers. */
export interface Search {
  readonly load: Load;
  readonly better: Better;
  /** Leaves out those for which it does not hold. */
  readonly eligible?: (server: ServerPointer) => Condition;
  /** The first for which it holds is taken, and the others are not looked at. */
  readonly atOnce?: (server: ServerPointer) => Condition;
}

/** Goes once through all usable real servers and keeps the best; a tie keeps the earlier in scan order. */
export function searchBest(
  a: Scheduling,
  service: Pointer<typeof ServiceSlot>,
  { load, better, eligible, atOnce }: Search,
): Value<U32> {
  const { b, maps } = a;
  const search = b.local(Search);
  search.set('candidate', service.get('head'));
  b.loop(service.get('count'), search, (step, _index, state) => {
    const candidate = state.get('candidate');
    step.if(candidate.eq(0), () => step.return(1));
    const server = step.lookup(maps.realServers, candidate).orReturn(1);
    state.set('candidate', server.get('next'));
    const considered = eligible === undefined ? [] : [() => eligible(server)];
    step.if(all(usable(server), ...considered), () => {
      if (atOnce !== undefined) {
        step.if(atOnce(server), () => {
          state.set('best', candidate);
          step.return(1);
        });
      }
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

/** The delay that the next connection is to expect: active connections, and itself. ip_vs_sed. */
export const expectedDelay: Load = (_b, server) => server.get('active').to(u64).add(1);

/** Less load by weight: compared crosswise, signed and 64 bits wide. ip_vs_wlc and others. */
export const lessByWeight: Better = (best, candidate) =>
  best.load.mul(candidate.weight).sgt(candidate.load.mul(best.weight));

export const moreWeight: Better = (best, candidate) => candidate.weight.gt(best.weight);
