import { BfdControl } from '../packet/index.ts';

/** RFC 5880 section 4.1, in the order of their numbers. */
export const bfdStates = ['adminDown', 'down', 'init', 'up'] as const;
export type BfdState = (typeof bfdStates)[number];

/** Why a session is down, RFC 5880 section 4.1. */
export const Diagnostic = { none: 0, timeExpired: 1, neighbourDown: 3, adminDown: 7 } as const;

/** What one end of a session tells the other. Times are in microseconds. */
export interface Control {
  readonly state: BfdState;
  /** 0 to 31. */
  readonly diagnostic: number;
  /** Asks for a final answer, or is it. */
  readonly poll: boolean;
  readonly final: boolean;
  readonly detectMultiplier: number;
  readonly myDiscriminator: number;
  /** 0: not known yet. */
  readonly yourDiscriminator: number;
  readonly desiredMinTransmitUs: number;
  readonly requiredMinReceiveUs: number;
}

const version = 1;
const flag = { poll: 0x20, final: 0x10, authentication: 0x04, multipoint: 0x01 } as const;

export function encodeControl(control: Control): Uint8Array {
  const { state, diagnostic, poll, final, ...rest } = control;
  const flags = (poll ? flag.poll : 0) | (final ? flag.final : 0);
  return BfdControl.encode({
    ...rest,
    versionAndDiagnostic: (version << 5) | diagnostic,
    stateAndFlags: (bfdStates.indexOf(state) << 6) | flags,
    length: BfdControl.sizeBytes,
    requiredMinEchoUs: 0,
  });
}

/** Undefined if it is none that counts, whatever it is: the checks of RFC 5880 section 6.8.6 that need no session. */
export function decodeControl(bytes: Uint8Array): Control | undefined {
  if (bytes.length < BfdControl.sizeBytes) return undefined;
  const { versionAndDiagnostic, stateAndFlags, length, ...rest } = BfdControl.decode(bytes);
  const state = bfdStates[stateAndFlags >> 6] ?? 'adminDown';
  const isWhole = length >= BfdControl.sizeBytes && length <= bytes.length;
  const isOdd = (stateAndFlags & (flag.authentication | flag.multipoint)) !== 0;
  if (versionAndDiagnostic >> 5 !== version || !isWhole || isOdd) return undefined;
  if (rest.detectMultiplier === 0 || rest.myDiscriminator === 0) return undefined;
  const isBegun = state === 'init' || state === 'up';
  if (rest.yourDiscriminator === 0 && isBegun) return undefined;
  return {
    state,
    diagnostic: versionAndDiagnostic & 31,
    poll: (stateAndFlags & flag.poll) !== 0,
    final: (stateAndFlags & flag.final) !== 0,
    detectMultiplier: rest.detectMultiplier,
    myDiscriminator: rest.myDiscriminator,
    yourDiscriminator: rest.yourDiscriminator,
    desiredMinTransmitUs: rest.desiredMinTransmitUs,
    requiredMinReceiveUs: rest.requiredMinReceiveUs,
  };
}
