import type { Direction } from './tcp-states.ts';

/** SCTP states as ip_vs lists them, in the order of its numbers (kernel: ip_vs_proto_sctp). */
export const sctpStates = [
  'NONE',
  'INIT1',
  'INIT',
  'C-SENT',
  'C-REPLIED',
  'C-WAIT',
  'COOKIE',
  'C-ECHOED',
  'ESTABLISHED',
  'S-SENT',
  'S-RECEIVED',
  'S-ACK-SENT',
  'REJECTED',
  'CLOSED',
] as const;
export type SctpState = (typeof sctpStates)[number];

/** In a connection's word they follow the numbers of TCP, so that one number tells both. */
export const firstSctpState = 16;
export const sctpStateNumber = (state: SctpState): number =>
  firstSctpState + sctpStates.indexOf(state);
/** A set of states, one bit each. */
export const sctpStateBits = (states: readonly SctpState[]): number =>
  states.reduce((bits, state) => bits | (1 << sctpStateNumber(state)), 0);

/** Timeouts in seconds. No command changes them. */
export const sctpSeconds = { none: 2, brief: 4, usual: 61, established: 900 } as const;
/** States that end soon. */
export const briefStates: readonly SctpState[] = ['INIT1', 'REJECTED'];

/** First chunks that change states, by their numbers (RFC 9260 section 3.2); all others are data. */
export const SctpChunk = {
  init: 1,
  initAck: 2,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const;
export type SctpEvent = keyof typeof SctpChunk | 'data';

const names = 'NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL'.split(' ');
/** `.` leaves the state as it is. */
const row = (text: string): readonly number[] =>
  text.split(' ').map((name, present) => (name === '.' ? present : names.indexOf(name)));

/** Next state, an index of `sctpStates`, by direction, event and present state. */
export const sctpTransitions: Readonly<
  Record<Direction, Readonly<Record<SctpEvent, readonly number[]>>>
> = {
  input: {
    data: row('ES . . . . . . . . . . . . .'),
    init: row('I1 IN . . . . . . . . . . IN IN'),
    initAck: row('CW CW CW . . CO . . . . . . . .'),
    cookieEcho: row('CR IN . CR . . . . . . . . . .'),
    cookieAck: row('ES . . . . . . ES . . . . . .'),
    shutdown: row('SR . . . . . . . SR . . . . .'),
    shutdownAck: row('CL IN . . . . . . . CL . CL . .'),
    shutdownComplete: row('CL CL CL . . . . . . . . CL . .'),
    error: row('CL . . . . . . CL . . . . . .'),
    abort: row('CL CL CL CL CL RJ CL CL CL CL CL CL CL CL'),
  },
  output: {
    data: row('ES . . . . . . . . . . . . .'),
    init: row('CW CW CW CW CW . CW CW . CW CW CW CW CW'),
    initAck: row('CS CS CS . . . . . . . . . . .'),
    cookieEcho: row('CE CE CE CE CE CE CE . . . . . . .'),
    cookieAck: row('ES ES ES ES ES ES ES ES . . . . . .'),
    shutdown: row('SS SS SS SS SS SS SS SS SS . . . . .'),
    shutdownAck: row('SA SA SA SA SA . . . . SA SA . . .'),
    shutdownComplete: row('CL . . . . . . . . . . . . .'),
    error: row('CL CL CL CL CL . . . . . . . . .'),
    abort: row('CL RJ CL CL CL CL CL CL CL CL CL CL CL CL'),
  },
  inputOnly: {
    data: row('ES . . . . ES . . . . . . . .'),
    init: row('I1 IN . IN IN IN . . . . . . IN IN'),
    initAck: row('CE CE CE CE CE CE . . . . . . . .'),
    cookieEcho: row('ES ES ES ES ES ES . . . . . . . .'),
    cookieAck: row('ES . . ES ES . ES ES . . . . . .'),
    shutdown: row('SR . . . . . . . SR . . . . .'),
    shutdownAck: row('CL IN . . . . . . CL CL . CL . .'),
    shutdownComplete: row('CL CL CL CL CL . . . . . CL CL . .'),
    error: row('CL . . . . . . . . . . . . .'),
    abort: row('CL CL CL CL CL RJ CL CL CL CL CL CL CL CL'),
  },
};
