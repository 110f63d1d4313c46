import { Diagnostic, type BfdState, type Control } from './control.ts';

/** One end of a session as it is configured. Times are in microseconds. */
export interface BfdSettings {
  /** Ours, not 0, and no other session's. */
  readonly discriminator: number;
  readonly minTransmitUs: number;
  readonly minReceiveUs: number;
  /** In place of `minTransmitUs` while it is not up, a second at least. */
  readonly idleTransmitUs: number;
  readonly multiplier: number;
  /** Says nothing until the other end was heard. */
  readonly passive: boolean;
}

/** A session at work, RFC 5880 section 6.8.1. */
export interface BfdSession {
  readonly settings: BfdSettings;
  readonly state: BfdState;
  readonly diagnostic: number;
  /** What the other end said last; undefined: nothing in a detection time. */
  readonly remote: Control | undefined;
  /** The other end has not confirmed our times yet. */
  readonly polling: boolean;
}

export type BfdEvent =
  | { readonly kind: 'start' }
  /** A control packet for this session. */
  | { readonly kind: 'heard'; readonly control: Control }
  /** It is time for the next packet. */
  | { readonly kind: 'transmitTimer' }
  /** Nothing was heard in the detection time. */
  | { readonly kind: 'detectTimer' }
  | { readonly kind: 'stop' };

export type BfdEffect =
  | { readonly kind: 'send'; readonly control: Control }
  /** The next packet, from now; shortened by chance, RFC 5880 section 6.8.7. */
  | { readonly kind: 'startTransmitTimer'; readonly us: number }
  | { readonly kind: 'startDetectTimer'; readonly us: number }
  | { readonly kind: 'tell'; readonly up: boolean };

export interface BfdStep {
  readonly session: BfdSession;
  readonly effects: readonly BfdEffect[];
}

export const initialSession = (settings: BfdSettings): BfdSession => ({
  settings,
  state: 'down',
  diagnostic: Diagnostic.none,
  remote: undefined,
  polling: false,
});

/** The session after an event, and what is to be done. RFC 5880 section 6.8, asynchronous mode without echo. */
export function stepSession(session: BfdSession, event: BfdEvent): BfdStep {
  switch (event.kind) {
    case 'start':
    case 'transmitTimer':
      return { session, effects: [...send(session, false), ...waitToTransmit(session)] };
    case 'heard':
      return hear(session, event.control);
    case 'detectTimer':
      return lose(session);
    case 'stop':
      return stop(session);
  }
}

/** Time between our packets: what we want and what the other end can bear. */
export const transmitUs = ({ settings, state, remote }: BfdSession): number =>
  Math.max(
    state === 'up' ? settings.minTransmitUs : settings.idleTransmitUs,
    remote?.requiredMinReceiveUs ?? 1,
  );

/** How long the other end may be silent, RFC 5880 section 6.8.4. */
const detectUs = ({ settings }: BfdSession, remote: Control): number =>
  remote.detectMultiplier * Math.max(settings.minReceiveUs, remote.desiredMinTransmitUs);

const waitToTransmit = (session: BfdSession): BfdEffect[] => [
  { kind: 'startTransmitTimer', us: transmitUs(session) },
];

/** What is to be said now: nothing by one that waits, or to one that wants to hear nothing. */
function send(session: BfdSession, final: boolean): BfdEffect[] {
  const { settings, remote } = session;
  const isMute = remote === undefined ? settings.passive : remote.requiredMinReceiveUs === 0;
  return isMute && !final ? [] : [{ kind: 'send', control: controlOf(session, final) }];
}

function controlOf({ settings, state, diagnostic, remote, polling }: BfdSession, final: boolean) {
  return {
    state,
    diagnostic,
    poll: polling && !final,
    final,
    detectMultiplier: settings.multiplier,
    myDiscriminator: settings.discriminator,
    yourDiscriminator: remote?.myDiscriminator ?? 0,
    desiredMinTransmitUs: state === 'up' ? settings.minTransmitUs : settings.idleTransmitUs,
    requiredMinReceiveUs: settings.minReceiveUs,
  };
}

/** RFC 5880 section 6.8.6. */
function hear(before: BfdSession, control: Control): BfdStep {
  const polling = before.polling && !control.final;
  const { session, effects } = enter(
    { ...before, remote: control, polling },
    next(before, control),
  );
  const hasOtherPace = transmitUs(session) !== transmitUs(before);
  const isNews = session.state !== before.state;
  return {
    session,
    effects: [
      { kind: 'startDetectTimer', us: detectUs(session, control) },
      ...effects,
      ...(control.poll ? send(session, true) : []),
      ...(isNews ? send(session, false) : []),
      ...(hasOtherPace || isNews ? waitToTransmit(session) : []),
    ],
  };
}

/** The state that the other end's leads to: the figure of RFC 5880 section 6.2. */
function next({ state }: BfdSession, { state: theirs }: Control): BfdState {
  if (theirs === 'adminDown') return 'down';
  switch (state) {
    case 'adminDown':
      return state;
    case 'down':
      return theirs === 'down' ? 'init' : theirs === 'init' ? 'up' : 'down';
    case 'init':
      return theirs === 'down' ? 'init' : 'up';
    case 'up':
      return theirs === 'down' ? 'down' : 'up';
  }
}

/**
 * Into a state because of what the other end said. One that comes up has its times confirmed. An end that is shut down
 * by its administrator says nothing about the way between: nobody is told that it failed. RFC 5882 section 3.2.
 */
function enter(session: BfdSession, state: BfdState): BfdStep {
  if (state === session.state) return { session, effects: [] };
  if (state === 'up') {
    const up = { ...session, state, diagnostic: Diagnostic.none, polling: true };
    return { session: up, effects: [{ kind: 'tell', up: true }] };
  }
  const diagnostic = state === 'down' ? Diagnostic.neighbourDown : session.diagnostic;
  const isFailure = session.state === 'up' && session.remote?.state !== 'adminDown';
  const effects: BfdEffect[] = isFailure ? [{ kind: 'tell', up: false }] : [];
  return { session: { ...session, state, diagnostic, polling: false }, effects };
}

function lose(session: BfdSession): BfdStep {
  const silent = { ...session, remote: undefined };
  if (session.state !== 'init' && session.state !== 'up') return { session: silent, effects: [] };
  const down: BfdSession = {
    ...silent,
    state: 'down',
    diagnostic: Diagnostic.timeExpired,
    polling: false,
  };
  // The other end may still hear us: it is told before it is forgotten.
  const told: BfdEffect = {
    kind: 'send',
    control: controlOf({ ...down, remote: session.remote }, false),
  };
  const news: BfdEffect[] = session.state === 'up' ? [{ kind: 'tell', up: false }] : [];
  return { session: down, effects: [...news, told, ...waitToTransmit(down)] };
}

/** So that the other end need not wait for silence. RFC 5880 section 6.8.16. */
function stop(session: BfdSession): BfdStep {
  const ended = { ...session, state: 'adminDown', diagnostic: Diagnostic.adminDown } as const;
  return { session: ended, effects: session.remote === undefined ? [] : send(ended, false) };
}
