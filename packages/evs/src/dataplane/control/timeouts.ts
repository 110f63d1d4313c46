import type { BpfMap } from '@evs/ebpf';
import type { Timeouts } from '../../director/model.ts';
import { Settings } from '../layouts.ts';
import { tcpStates, tcpTimeouts } from '../tcp-states.ts';
import { Record } from './record.ts';

/** Tells programs how long connections last. Those that exist take it up with their next packet. */
export function writeTimeouts(settings: BpfMap, timeouts: Timeouts, ticksPerSecond: number): void {
  const record = new Record(Settings, settings.view(0));
  const seconds = {
    ...tcpTimeouts,
    ESTABLISHED: timeouts.tcp,
    FIN_WAIT: timeouts.tcpFin,
  };
  const names = Object.keys(Settings.fields) as (keyof typeof Settings.fields)[];
  const ticks = (value: number): bigint => BigInt(value) * BigInt(ticksPerSecond);
  for (const [index, state] of tcpStates.entries()) {
    record.setU64(names[index] ?? 'none', ticks(seconds[state]));
  }
  record.setU64('udp', ticks(timeouts.udp));
}
