import { all, type Builder, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { RealServerSlot } from '../layouts.ts';
import type { Features } from './assembly.ts';
import { isActive } from './track.ts';

type ServerPointer = Pointer<typeof RealServerSlot>;

/** Counts a new connection before it exists, so that no other processor can take it off first. */
export function countConnection(
  b: Builder,
  features: Features,
  server: ServerPointer,
  state: Value<U32>,
): void {
  const active = isActive(b, state);
  server.atomicAdd('active', active);
  server.atomicAdd('inactive', active.xor(1));
  if (features.thresholds) raiseOverload(b, server);
}

/** Takes a connection that ends off its real server's counts. */
export function uncountConnection(
  b: Builder,
  features: Features,
  server: ServerPointer,
  state: Value<U32>,
): void {
  const active = isActive(b, state);
  server.atomicAdd('active', active.negate());
  server.atomicAdd('inactive', active.xor(1).negate());
  if (features.thresholds) clearOverload(b, server);
}

/** The flag is set when active and inactive connections together reach the upper threshold. */
function raiseOverload(b: Builder, server: ServerPointer): void {
  const upper = server.get('upperThreshold');
  const total = server.get('active').add(server.get('inactive'));
  b.if(all(upper.ne(0), total.ge(upper)), () => server.set('overloaded', 1));
}

/** It is cleared below the lower threshold, which the control plane sets to 3/4 if it was not given. */
function clearOverload(b: Builder, server: ServerPointer): void {
  const total = server.get('active').add(server.get('inactive'));
  b.if(total.lt(server.get('lowerThreshold')), () => server.set('overloaded', 0));
}
