import { struct, u32, u64, type Condition, type Pointer, type U32, type Value } from '@evs/ebpf';
import { CacheKey, RealServerFlag, type RealServerSlot, type ServiceSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import type { Ends } from '../program/parse.ts';

type ServicePointer = Pointer<typeof ServiceSlot>;
type ServerPointer = Pointer<typeof RealServerSlot>;

/** Under which lblc and lblcr remember the destination of a packet. */
export function cacheKey(
  { b }: Scheduling,
  service: ServicePointer,
  ends: Ends,
): Pointer<typeof CacheKey> {
  const { family, destination } = ends;
  const key = b.local(CacheKey, { cache: service.get('maximum') });
  key.copyBytes(0, destination.pointer, destination.at, family.addressBytes);
  return key;
}

/** A remembered real server is still one of the service's. */
export const isConfigured = (server: ServerPointer): Condition =>
  server.get('flags').hasBits(RealServerFlag.available);

/** More active connections than its weight, while a real server of the service has less than half of its own. */
export function shouldMove(
  a: Scheduling,
  service: ServicePointer,
  server: ServerPointer,
): Value<U32> {
  const { b } = a;
  const answer = b.variable(u32, 0);
  b.if(server.get('active').gt(server.get('weight')), () => answer.set(someIsIdle(a, service)));
  return answer;
}

const Look = struct('look', { candidate: u32, found: u32 });

function someIsIdle({ b, maps }: Scheduling, service: ServicePointer): Value<U32> {
  const look = b.local(Look, { candidate: service.get('head') });
  b.loop(service.get('count'), look, (step, _index, state) => {
    const server = step.lookup(maps.realServers, state.get('candidate')).orReturn(1);
    state.set('candidate', server.get('next'));
    const isIdle = server.get('active').to(u64).mul(2).lt(server.get('weight').to(u64));
    step.if(isIdle, () => {
      state.set('found', 1);
      step.return(1);
    });
    return 0;
  });
  return look.get('found');
}
