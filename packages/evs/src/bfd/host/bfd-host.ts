import { SystemCallError, UdpSocket, type Loop } from '../../linux/index.ts';
import { bfdPort, familyOf } from '../../packet/index.ts';
import { encodeControl, type BfdState, type Control } from '../control.ts';
import type { BfdPlan } from '../plan.ts';
import {
  initialSession,
  stepSession,
  transmitUs,
  type BfdEffect,
  type BfdEvent,
  type BfdSession,
} from '../session.ts';

/** How a session does. */
export interface BfdStatus {
  readonly name: string;
  readonly neighbour: string;
  readonly state: BfdState;
  /** Why it is down, as RFC 5880 section 4.1 numbers it. */
  readonly diagnostic: number;
  /** Between our packets. */
  readonly transmitMs: number;
  readonly sent: number;
  readonly received: number;
}

export interface BfdHostTools {
  readonly loop: Loop;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Once at the start, and then at every change. */
  readonly tell: (name: string, up: boolean) => void;
  readonly log: (name: string, text: string, level: 'info' | 'problem') => void;
}

/** Source ports of control packets, RFC 5881 section 4. */
const firstPort = 49_152;
const ports = 65_536 - firstPort;
/** Attempts to find one that is free. */
const attempts = 20;

/** The hands of one session: sends, waits, and tells what becomes of it. */
export class BfdHost implements Disposable {
  readonly plan: BfdPlan;
  readonly discriminator: number;
  readonly #tools: BfdHostTools;
  #session: BfdSession;
  #mouth: UdpSocket | undefined;
  #cancelTransmit: () => void = () => undefined;
  #cancelDetect: () => void = () => undefined;
  #sent = 0;
  #received = 0;
  #complaint = '';

  constructor(plan: BfdPlan, discriminator: number, tools: BfdHostTools) {
    this.plan = plan;
    this.discriminator = discriminator;
    this.#tools = tools;
    this.#session = initialSession({
      discriminator,
      minTransmitUs: plan.minTransmitMs * 1_000,
      minReceiveUs: plan.minReceiveMs * 1_000,
      idleTransmitUs: plan.idleTransmitMs * 1_000,
      multiplier: plan.multiplier,
      passive: plan.passive,
    });
    tools.tell(plan.name, false);
    this.#step({ kind: 'start' });
  }

  get status(): BfdStatus {
    const { name, neighbour } = this.plan;
    const { state, diagnostic } = this.#session;
    const transmitMs = transmitUs(this.#session) / 1_000;
    return {
      name,
      neighbour,
      state,
      diagnostic,
      transmitMs,
      sent: this.#sent,
      received: this.#received,
    };
  }

  hear(control: Control): void {
    this.#received++;
    this.#step({ kind: 'heard', control });
  }

  #step(event: BfdEvent): void {
    const { session, effects } = stepSession(this.#session, event);
    this.#session = session;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: BfdEffect): void {
    const { loop, tell, log } = this.#tools;
    const { name } = this.plan;
    switch (effect.kind) {
      case 'send':
        return this.#send(effect.control);
      case 'startTransmitTimer':
        this.#cancelTransmit();
        this.#cancelTransmit = loop.after(this.#jittered(effect.us) / 1_000, () => {
          this.#step({ kind: 'transmitTimer' });
        });
        return;
      case 'startDetectTimer':
        this.#cancelDetect();
        this.#cancelDetect = loop.after(effect.us / 1_000, () => {
          this.#step({ kind: 'detectTimer' });
        });
        return;
      case 'tell':
        log(name, effect.up ? 'The session is up' : 'The session is down', 'info');
        return tell(name, effect.up);
    }
  }

  /** Up to a quarter earlier, so that systems do not fall into step; never so late that one lost packet counts. */
  #jittered(us: number): number {
    const most = this.plan.multiplier === 1 ? 0.9 : 1;
    return us * (most - this.#tools.random() * (most - 0.75));
  }

  #send(control: Control): void {
    const { neighbour, multihop } = this.plan;
    const port = multihop ? bfdPort.multihop : bfdPort.singleHop;
    try {
      this.#mouth ??= this.#open();
      this.#mouth.send(encodeControl(control), neighbour, port);
      this.#sent++;
      this.#complaint = '';
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#complain(error.message);
    }
  }

  #open(): UdpSocket {
    const { neighbour, source, ttl } = this.plan;
    const family = familyOf(neighbour);
    const address = source ?? (family === 'ipv4' ? '0.0.0.0' : '::');
    for (let attempt = 1; ; attempt++) {
      const port = firstPort + Math.floor(this.#tools.random() * ports);
      try {
        return new UdpSocket(family).bind(address, port).timeToLive(ttl).networkControl();
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  }

  /** Once, until it is something else. */
  #complain(text: string): void {
    if (text !== this.#complaint) this.#tools.log(this.plan.name, text, 'problem');
    this.#complaint = text;
  }

  /** Says goodbye. */
  [Symbol.dispose](): void {
    this.#cancelTransmit();
    this.#cancelDetect();
    this.#step({ kind: 'stop' });
    this.#mouth?.[Symbol.dispose]();
  }
}
