import {
  bytes,
  packed,
  packetOf,
  struct,
  subprogram,
  u32,
  u64,
  type PacketParameter,
  type Subprogram,
  type U32,
} from '@evs/ebpf';
import type { Hook } from './assembly.ts';

const chunkBytes = 64;
const Chunk = packed('chunk', { bytes: bytes(chunkBytes) });
const Progress = struct('sum_progress', { context: u64, at: u32, left: u32, sum: u64 });

/** Arguments: the packet, where the bytes begin, how many there are. */
export type SumBytes = Subprogram<readonly [PacketParameter, U32, U32]>;

/**
 * The one's complement sum (RFC 1071) of a part of the packet, as 16-bit words lie in memory, carries above.
 * Slow, 64 bytes a step: for packets whose sum cannot be had from the checksum that they carry.
 */
export const sumBytesRoutine = (hook: Hook): SumBytes =>
  subprogram('sum_bytes', [packetOf(hook), u32, u32], (b, packet, offset, length) => {
    const context = packet.context.address();
    const progress = b.local(Progress, { context, at: offset, left: length });
    // A bounded loop of our own would be walked round by round, on two ways each: too much for the verifier.
    b.loop(length.add(chunkBytes - 1).div(chunkBytes), progress, (step, _, state) => {
      const left = state.get('left');
      const part = step.select(left.lt(chunkBytes), u32, left, chunkBytes);
      // The verifier wants to see a size from 1 to the room's.
      const size = part
        .sub(1)
        .and(chunkBytes - 1)
        .add(1);
      const chunk = step.local(Chunk);
      const load = hook === 'xdp' ? 'xdp_load_bytes' : 'skb_load_bytes';
      step.helper(load, state.get('context'), state.get('at'), chunk, size);
      const more = step.helper('csum_diff', 0, 0, chunk, chunkBytes, 0).and(0xffff_ffffn);
      state.set('sum', state.get('sum').add(more));
      state.set('at', state.get('at').add(part));
      state.set('left', left.sub(part));
      return 0;
    });
    return progress.get('sum');
  });
