import type { BpfMap } from '@evs/ebpf';
import type { DirectorState, SettingName } from '../../director/index.ts';
import { Settings, tcpTimeoutFields } from '../layouts.ts';
import { sctpSeconds, sctpStateBits } from '../sctp-states.ts';
import { stateBits, tcpStates, tcpTimeouts } from '../tcp-states.ts';
import { Record } from './record.ts';

type SettingsState = Pick<DirectorState, 'timeouts' | 'settings' | 'synchronisation'>;

/** ip_vs ages the caches of lblc and lblcr once a minute. */
const cacheRoundSeconds = 60;

/** `net.ipv4.ipfrag_time`. */
const fragmentSeconds = 30;

/** A thousand in a second: net.ipv4.icmp_msgs_per_sec. */
const icmpIntervalNs = 1_000_000n;

/**
 * Tells programs timeouts, which connections take up with their next packet, and other numbers. `ringPlaces`: of the
 * ring of half-open connections, a power of two.
 */
export function writeSettings(
  table: BpfMap,
  state: SettingsState,
  ticksPerSecond: number,
  ringPlaces: number,
): void {
  const record = new Record(Settings, table.view(0));
  const { timeouts, settings } = state;
  const seconds = {
    ...tcpTimeouts,
    ESTABLISHED: timeouts.tcp,
    FIN_WAIT: timeouts.tcpFin,
  };
  const ticks = (value: number): bigint => BigInt(value) * BigInt(ticksPerSecond);
  for (const [index, name] of tcpStates.entries()) {
    record.setU64(tcpTimeoutFields[index] ?? 'none', ticks(seconds[name]));
  }
  record.setU64('udp', ticks(timeouts.udp));
  record.setU64('templateRearm', ticks(60));
  record.setU64('lblcExpiration', ticks(settings.lblc_expiration));
  record.setU64('lblcrExpiration', ticks(settings.lblcr_expiration));
  record.setU64('cacheRound', ticks(cacheRoundSeconds));
  record.setU64('icmpIntervalNs', icmpIntervalNs);
  const { always, oneSided } = renewedStates(settings.conn_reuse_mode);
  record.setU32('renewed', always);
  record.setU32('renewedOneSided', oneSided);
  record.setU32('ringMask', ringPlaces - 1);
  record.setU64('fragments', ticks(fragmentSeconds));
  writeSynchronisation(record, settings, ticks);
  record.setU64('idle', ticks(idleSeconds));
  record.setU64('sctpBrief', ticks(sctpSeconds.brief));
  record.setU64('sctpEstablished', ticks(sctpSeconds.established));
  record.setU64('sctp', ticks(sctpSeconds.usual));
}

function writeSynchronisation(
  record: Record<typeof Settings>,
  settings: SettingsState['settings'],
  ticks: (seconds: number) => bigint,
): void {
  const [threshold, period] = settings.sync_threshold;
  record.setU32('syncThreshold', threshold);
  record.setU32('syncPeriod', period);
  record.setU32('syncTemplatesOnly', settings.sync_persist_mode);
  record.setU64('syncRefresh', ticks(settings.sync_refresh_period));
  record.setU64('syncRetries', BigInt(settings.sync_retries));
  record.setU64('second', ticks(1));
  record.setU64('tenSeconds', ticks(10));
}

/** Flows that are idle for so long may be dropped by drop_entry, as in ip_vs. */
const idleSeconds = 60;

/** The values 2 and 3 of conn_reuse_mode add FIN_WAIT where only the client is seen. */
const alsoAfterFin = 2;

/** States after which a client that opens a connection is scheduled anew, by conn_reuse_mode. */
function renewedStates(mode: number): { always: number; oneSided: number } {
  if (mode === 0) return { always: 0, oneSided: 0 };
  const always = stateBits(['TIME_WAIT', 'CLOSE']) | sctpStateBits(['CLOSED']);
  const finWait = (mode & alsoAfterFin) === 0 ? 0 : stateBits(['FIN_WAIT']);
  return { always, oneSided: always | finWait };
}

/**
 * Settings that programs have code for: it is left out where the setting is 0, and programs are exchanged when
 * that changes. The others are for the control side, or are numbers in the table.
 */
export const compiledSettings = [
  'backup_only',
  'cache_bypass',
  'clamp_mss',
  'drop_entry',
  'drop_packet',
  'expire_nodest_conn',
  'expire_quiescent_template',
  'nat_icmp_send',
  'pmtu_disc',
  'schedule_icmp',
  'secure_tcp',
  'sloppy_sctp',
  'sloppy_tcp',
] as const satisfies readonly SettingName[];
export type CompiledSetting = (typeof compiledSettings)[number];

/** The settings that programs must have code for. */
export const settingsInUse = ({
  settings,
  synchronisation = [],
}: SettingsState): CompiledSetting[] =>
  compiledSettings.filter(
    (name) =>
      settings[name] !== 0 &&
      (name !== 'backup_only' || synchronisation.some(({ role }) => role === 'backup')),
  );
