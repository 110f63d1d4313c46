import type { BpfMap } from '@evs/ebpf';
import type { DirectorState, SettingName } from '../../director/index.ts';
import { Settings } from '../layouts.ts';
import { tcpStates, tcpTimeouts } from '../tcp-states.ts';
import { Record } from './record.ts';

type SettingsState = Pick<DirectorState, 'timeouts' | 'settings'>;

/** ip_vs ages the caches of lblc and lblcr once a minute. */
const cacheRoundSeconds = 60;

/** A thousand in a second: net.ipv4.icmp_msgs_per_sec. */
const icmpIntervalNs = 1_000_000n;

/** Tells programs timeouts, which connections take up with their next packet, and other numbers. */
export function writeSettings(table: BpfMap, state: SettingsState, ticksPerSecond: number): void {
  const record = new Record(Settings, table.view(0));
  const { timeouts, settings } = state;
  const seconds = {
    ...tcpTimeouts,
    ESTABLISHED: timeouts.tcp,
    FIN_WAIT: timeouts.tcpFin,
  };
  const names = Object.keys(Settings.fields) as (keyof typeof Settings.fields)[];
  const ticks = (value: number): bigint => BigInt(value) * BigInt(ticksPerSecond);
  for (const [index, name] of tcpStates.entries()) {
    record.setU64(names[index] ?? 'none', ticks(seconds[name]));
  }
  record.setU64('udp', ticks(timeouts.udp));
  record.setU64('templateRearm', ticks(60));
  record.setU64('lblcExpiration', ticks(settings.lblc_expiration));
  record.setU64('lblcrExpiration', ticks(settings.lblcr_expiration));
  record.setU64('cacheRound', ticks(cacheRoundSeconds));
  record.setU64('icmpIntervalNs', icmpIntervalNs);
}

/**
 * Settings that programs have code for: it is left out where the setting is 0, and programs are exchanged when
 * that changes. The others are for the control side, or are numbers in the table.
 */
const compiledSettings = [
  'cache_bypass',
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
export const settingsInUse = ({ settings }: SettingsState): CompiledSetting[] =>
  compiledSettings.filter((name) => settings[name] !== 0);
