import type { BpfMap } from '@evs/ebpf';
import { dropReasons, type DropCount } from '../drop-reasons.ts';
import { evictionReasons, type EvictionCount } from '../eviction-reasons.ts';
import type { DirectorMaps } from '../maps.ts';

/** Packets by the reason that they were dropped for. */
export const dropCounts = (
  table: BpfMap<DirectorMaps['drops']['key'], typeof DropCount>,
): { readonly reason: string; readonly packets: number }[] =>
  dropReasons.map((reason, index) => ({
    reason,
    packets: table.getPerCpu({ index }).reduce((total, { packets }) => total + Number(packets), 0),
  }));

/** Connections by the reason that they were thrown out for. */
export const evictionCounts = (
  table: BpfMap<DirectorMaps['evictions']['key'], typeof EvictionCount>,
): { readonly reason: string; readonly connections: number }[] =>
  evictionReasons.map((reason, index) => ({
    reason,
    connections: table
      .getPerCpu({ index })
      .reduce((total, { connections }) => total + Number(connections), 0),
  }));
