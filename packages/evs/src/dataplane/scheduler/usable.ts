import { all, type Condition, type Pointer } from '@evs/ebpf';
import type { RealServerSlot } from '../layouts.ts';

/** It takes new connections: weight above 0, thresholds not reached. */
export const usable = (server: Pointer<typeof RealServerSlot>): Condition =>
  all(server.get('weight').ne(0), () => server.get('overloaded').eq(0));
