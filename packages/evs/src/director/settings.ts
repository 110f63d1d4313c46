import { EvsError } from '../errors/index.ts';

/** What may be written to a setting, and what it is worth when nobody has. */
interface Definition {
  readonly initial: number;
  readonly least?: number;
  readonly most?: number;
  /** 1, 2, 4, 8, … */
  readonly powerOfTwo?: true;
}

const defence = { initial: 0, least: 0, most: 3 } as const;
/** INT_MAX ticks at 250 a second, as for timeouts. */
const duration = { least: 0, most: Math.floor(0x7fff_ffff / 250) } as const;

/** Settings of ours, which ip_vs does not have. */
export const ownSettings: readonly string[] = ['clamp_mss'];

/**
 * Settings of one number, by the names and with the defaults and bounds of the sysctls `net.ipv4.vs.*`
 * (Linux, Documentation/networking/ipvs-sysctl.rst). Where no bounds stand, ip_vs takes any int, and what is
 * not 0 means yes. docs/reference/settings.md says what each does here.
 */
export const numberSettings = {
  am_droprate: { initial: 10 },
  amemthresh: { initial: 1024 },
  backup_only: { initial: 0 },
  cache_bypass: { initial: 0 },
  clamp_mss: { initial: 0 },
  conn_reuse_mode: { initial: 1 },
  conntrack: { initial: 0 },
  drop_entry: defence,
  drop_packet: defence,
  expire_nodest_conn: { initial: 0 },
  expire_quiescent_template: { initial: 0 },
  ignore_tunneled: { initial: 0 },
  lblc_expiration: { initial: 86_400, ...duration },
  lblcr_expiration: { initial: 86_400, ...duration },
  nat_icmp_send: { initial: 0 },
  pmtu_disc: { initial: 1 },
  run_estimation: { initial: 1 },
  schedule_icmp: { initial: 0 },
  secure_tcp: defence,
  sloppy_sctp: { initial: 0 },
  sloppy_tcp: { initial: 0 },
  snat_reroute: { initial: 1 },
  sync_persist_mode: { initial: 0 },
  sync_ports: { initial: 1, least: 1, most: 64, powerOfTwo: true },
  sync_qlen_max: { initial: 65_536, least: 0, most: 0xffff_ffff },
  sync_refresh_period: { initial: 0, ...duration },
  sync_retries: { initial: 0, least: 0, most: 3 },
  sync_sock_size: { initial: 0 },
  sync_version: { initial: 1, least: 0, most: 1 },
} as const satisfies Readonly<Record<string, Definition>>;

type NumberSetting = keyof typeof numberSettings;
/** `sync_threshold`: packets after which a connection is told of, and after how many more again. */
type Threshold = readonly [threshold: number, period: number];
export type DirectorSettings = Readonly<Record<NumberSetting, number>> & {
  readonly sync_threshold: Threshold;
};
export type SettingName = keyof DirectorSettings;

const numberNames = Object.keys(numberSettings) as NumberSetting[];
/** All names, in alphabetical order. */
export const settingNames: readonly SettingName[] = [
  ...numberNames,
  'sync_threshold' as const,
].toSorted();

export const initialSettings: DirectorSettings = {
  ...(Object.fromEntries(numberNames.map((name) => [name, numberSettings[name].initial])) as Record<
    NumberSetting,
    number
  >),
  sync_threshold: [3, 50],
};

/** Throws E_INVALID for a value that ip_vs would refuse. */
export function checkSettings(settings: Partial<DirectorSettings>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'sync_threshold') checkThreshold(value as Threshold);
    else checkNumber(name, value as number);
  }
}

const largest = 0x7fff_ffff;

function checkNumber(name: string, value: number): void {
  const definition = (numberSettings as Readonly<Record<string, Definition>>)[name];
  if (definition === undefined) {
    throw new EvsError('E_INVALID', `There is no setting ${JSON.stringify(name)}`, {
      hint: 'evs settings lists them',
    });
  }
  const { least = -largest - 1, most = largest, powerOfTwo = false } = definition;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw refused(name, value, `${least} to ${most} are possible`);
  }
  if (powerOfTwo && (value & (value - 1)) !== 0)
    throw refused(name, value, 'powers of 2 are possible');
}

function checkThreshold([threshold, period]: Threshold): void {
  const values = `${threshold} ${period}`;
  for (const number of [threshold, period]) {
    if (!Number.isInteger(number) || number < 0 || number > largest) {
      throw refused('sync_threshold', values, `0 to ${largest} are possible`);
    }
  }
  if (threshold >= period && period !== 0) {
    throw refused('sync_threshold', values, 'the first number must be below the second, or that 0');
  }
}

const refused = (name: string, value: number | string, reason: string): EvsError =>
  new EvsError('E_INVALID', `Cannot set ${name} to ${value}: ${reason}`);
