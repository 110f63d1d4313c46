/** TCP states of ip_vs in the order of its numbers (reference: kernel net/netfilter/ipvs, ip_vs_proto_tcp). */
export const tcpStates = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
] as const;
export type TcpState = (typeof tcpStates)[number];
export const stateNumber = (state: TcpState): number => tcpStates.indexOf(state);
/** A set of states, one bit each. */
export const stateBits = (states: readonly TcpState[]): number =>
  states.reduce((bits, state) => bits | (1 << stateNumber(state)), 0);

/** States whose connections count as active. */
export const activeStates: readonly TcpState[] = ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'SYNACK'];

/** States in which a client need not have proved its address. */
export const halfOpenBits = stateBits(['SYN_RECV', 'SYNACK']);

/** Default timeouts in seconds. */
export const tcpTimeouts: Readonly<Record<TcpState, number>> = {
  NONE: 2,
  ESTABLISHED: 900,
  SYN_SENT: 120,
  SYN_RECV: 60,
  FIN_WAIT: 120,
  TIME_WAIT: 120,
  CLOSE: 10,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  LISTEN: 120,
  SYNACK: 120,
};

/** What a segment means to the state machine: the first flag of these that it has. */
export type TcpEvent = 'rst' | 'syn' | 'fin' | 'ack';
/** Which way a packet goes, and whether the answers are seen at all. */
export type Direction = 'input' | 'output' | 'inputOnly';

const short = {
  NO: 0,
  ES: 1,
  SS: 2,
  SR: 3,
  FW: 4,
  TW: 5,
  CL: 6,
  CW: 7,
  LA: 8,
  LI: 9,
  SA: 10,
} as const;
const row = (text: string): readonly number[] =>
  text.split(' ').map((name) => short[name as keyof typeof short]);

/** Next state by direction, event and present state (columns in the order of `tcpStates`). */
export const tcpTransitions: Readonly<
  Record<Direction, Readonly<Record<TcpEvent, readonly number[]>>>
> = {
  input: {
    syn: row('SR ES ES SR SR SR SR SR SR SR SR'),
    fin: row('CL CW SS TW TW TW CL CW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW CL LI ES'),
    rst: row('CL CL CL SR CL CL CL CL LA LI SR'),
  },
  output: {
    syn: row('SS ES SS SR SS SS SS SS SS LI SR'),
    fin: row('TW FW SS TW FW TW CL TW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW LA ES ES'),
    rst: row('CL CL SS CL CL TW CL CL CL CL CL'),
  },
  inputOnly: {
    syn: row('SR ES ES SR SR SR SR SR SR SR SR'),
    fin: row('CL FW SS TW FW TW CL CW LA LI TW'),
    ack: row('ES ES SS ES FW TW CL CW CL LI ES'),
    rst: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
};

/** Rows that take the place of those above while secure_tcp is in force: less is believed of a client. */
export const secureTransitions: Readonly<
  Record<Direction, Readonly<Partial<Record<TcpEvent, readonly number[]>>>>
> = {
  input: {
    syn: row('SR ES ES SR SR SR SR SR SR SR SA'),
    fin: row('CL CW SS TW TW TW CL CW LA LI SA'),
    ack: row('ES ES SS SR FW TW CL CW CL LI SA'),
    rst: row('CL CL CL SR CL CL CL CL LA LI CL'),
  },
  output: { syn: row('SS ES SS SA SS SS SS SS SS LI SA') },
  inputOnly: { syn: row('SA ES ES SR SA SA SA SA SA SA SA') },
};

/** A row as one number, four bits a state, lowest first: a program shifts instead of looking up. */
export const packRow = (states: readonly number[]): bigint =>
  states.reduce((packed, state, index) => packed | (BigInt(state) << BigInt(4 * index)), 0n);
