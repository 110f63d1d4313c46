/** What a word of the command line stands for, once its spelling is known. */
export interface Option {
  readonly long?: string;
  readonly short?: string;
  /** Whether a value follows; an optional one does not begin with `-`. */
  readonly value?: 'required' | 'optional';
  /** Set for the words that say what to do, which must come first. */
  readonly command?: CommandName;
  /** What messages call it; several spellings may be one setting. Absent where repetition is harmless. */
  readonly setting?: Setting;
  /** Tells spellings of one setting apart. */
  readonly meaning?: string;
}

/** Commands by the names that messages use. */
export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'save'
  | 'restore'
  | 'zero'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version';

/** In the order in which ipvsadm 1.31 looks for one that does not fit the command. */
export const settings = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;
export type Setting = (typeof settings)[number];

const commands: readonly Option[] = [
  { short: 'A', long: 'add-service', command: 'add-service' },
  { short: 'E', long: 'edit-service', command: 'edit-service' },
  { short: 'D', long: 'delete-service', command: 'delete-service' },
  { short: 'C', long: 'clear', command: 'flush' },
  { short: 'L', long: 'list', command: 'list' },
  { short: 'l', command: 'list' },
  { short: 'a', long: 'add-server', command: 'add-server' },
  { short: 'e', long: 'edit-server', command: 'edit-server' },
  { short: 'd', long: 'delete-server', command: 'delete-server' },
  { short: 'S', long: 'save', command: 'save' },
  { short: 'R', long: 'restore', command: 'restore' },
  { short: 'Z', long: 'zero', command: 'zero' },
  { long: 'set', command: 'set' },
  { long: 'start-daemon', value: 'required', command: 'start-daemon' },
  { long: 'stop-daemon', value: 'required', command: 'stop-daemon' },
  { short: 'h', long: 'help', command: 'help' },
  { short: 'v', long: 'version', command: 'version' },
];

const valued = (setting: Setting, short?: string): Option => ({
  long: setting,
  value: 'required',
  setting,
  ...(short !== undefined && { short }),
});
const flag = (setting: Setting, short?: string): Option => ({
  long: setting,
  setting,
  ...(short !== undefined && { short }),
});

/** Every option of ipvsadm 1.31. */
export const options: readonly Option[] = [
  ...commands,
  {
    short: 't',
    long: 'tcp-service',
    value: 'required',
    setting: 'service-address',
    meaning: 'tcp',
  },
  {
    short: 'u',
    long: 'udp-service',
    value: 'required',
    setting: 'service-address',
    meaning: 'udp',
  },
  { long: 'sctp-service', value: 'required', setting: 'service-address', meaning: 'sctp' },
  {
    short: 'f',
    long: 'fwmark-service',
    value: 'required',
    setting: 'service-address',
    meaning: 'mark',
  },
  { short: '6', long: 'ipv6', meaning: 'ipv6' },
  valued('scheduler', 's'),
  { ...valued('persistent', 'p'), value: 'optional' },
  valued('netmask', 'M'),
  flag('ops', 'o'),
  valued('pe'),
  valued('sched-flags', 'b'),
  valued('real-server', 'r'),
  { short: 'g', long: 'gatewaying', setting: 'forwarding-method', meaning: 'gatewaying' },
  { short: 'i', long: 'ipip', setting: 'forwarding-method', meaning: 'tunneling' },
  { short: 'm', long: 'masquerading', setting: 'forwarding-method', meaning: 'masquerading' },
  valued('weight', 'w'),
  valued('u-threshold', 'x'),
  valued('l-threshold', 'y'),
  valued('tun-type'),
  valued('tun-port'),
  flag('tun-nocsum'),
  flag('tun-csum'),
  flag('tun-remcsum'),
  flag('numeric', 'n'),
  flag('connection', 'c'),
  flag('timeout'),
  flag('daemon'),
  flag('stats'),
  flag('rate'),
  flag('thresholds'),
  flag('persistent-conn'),
  flag('tun-info'),
  flag('nosort'),
  flag('exact', 'X'),
  { long: 'sort' },
  valued('mcast-interface'),
  valued('syncid'),
  valued('sync-maxlen'),
  valued('mcast-group'),
  valued('mcast-port'),
  valued('mcast-ttl'),
];
