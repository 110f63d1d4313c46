import type { BpfMap } from '@evs/ebpf';
import type { DirectorSettings } from '../../director/index.ts';
import { Settings } from '../layouts.ts';
import { Record } from './record.ts';

/** What a director has left. */
export interface Resources {
  /** Of memory, 4 KiB each. */
  readonly availablePages: number;
  /** Connections in the fuller of its tables, and what fits. */
  readonly connections: number;
  readonly capacity: number;
}

/** Which defences are in force. */
export interface Defence {
  readonly secureTcp: boolean;
  readonly dropEntry: boolean;
  /** One new flow out of so many is refused; 0: none. */
  readonly dropRate: number;
  /** How long connections may be half-open; undefined: as long as their timeout says. */
  readonly patienceSeconds: number | undefined;
}

/** A table of which less is free is running full. */
const spareShare = 1 / 4;
/** Long enough for a SYN that is lost twice and comes again, RFC 6298 section 2. */
const patienceSeconds = 5;

/**
 * The defences of ip_vs by their modes: 0 never, 3 always, 1 and 2 when short of memory, or of places in the
 * table, which never end there. Half-open connections get less time in a table that runs full, whatever the
 * settings say.
 */
export function defenceWith(resources: Resources, settings: DirectorSettings): Defence {
  const { availablePages, connections, capacity } = resources;
  const spare = capacity * spareShare;
  const memoryRate = rateOf(availablePages, settings.amemthresh);
  const tableRate = rateOf(capacity - connections, spare);
  const shortage = Math.min(memoryRate, tableRate);
  const isInForce = (mode: number): boolean =>
    mode === 3 || (mode !== 0 && shortage !== Number.POSITIVE_INFINITY);
  const rate = settings.drop_packet === 3 ? settings.am_droprate : shortage;
  return {
    secureTcp: isInForce(settings.secure_tcp),
    dropEntry: isInForce(settings.drop_entry),
    dropRate: isInForce(settings.drop_packet) ? Math.max(0, rate) : 0,
    patienceSeconds: tableRate === Number.POSITIVE_INFINITY ? undefined : patienceSeconds,
  };
}

/** One in how many is refused: one in one when nothing is left, none while nothing of the spare is used. */
const rateOf = (left: number, spare: number): number =>
  left >= spare ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(spare / (spare - left)));

/** Tells programs. */
export function writeDefence(table: BpfMap, { secureTcp, dropRate }: Defence): void {
  const record = new Record(Settings, table.view(0));
  record.setU32('secureTcp', secureTcp ? 1 : 0);
  record.setU32('dropRate', dropRate);
}
