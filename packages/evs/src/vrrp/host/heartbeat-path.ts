import { SystemCallError, UdpSocket, type Loop } from '../../linux/index.ts';
import { familyOf, type IpAddress } from '../../packet/index.ts';
import { decodeHeartbeat, encodeHeartbeat, type Heartbeat } from '../heartbeat/message.ts';
import {
  stepRivalries,
  type OwnActive,
  type Rivalries,
  type RivalryEvent,
} from '../heartbeat/rivalry.ts';
import type { HeartbeatPlan } from './plan.ts';

export interface HeartbeatTools {
  readonly loop: Loop;
  /** Of ours, those that are active now. */
  readonly ours: () => readonly OwnActive[];
  readonly onRivalry: (event: RivalryEvent, peer: string) => void;
  readonly log: (text: string, level: 'info' | 'problem') => void;
}

/** How it goes on one way to another director. */
export interface HeartbeatStatus {
  readonly peer: IpAddress;
  /** Its router_id, once it was heard. */
  readonly director?: string;
  /** Something was heard of it in the last three intervals. */
  readonly heard: boolean;
  readonly sent: number;
  readonly received: number;
  /** Datagrams that were no heartbeats. */
  readonly refused: number;
}

/** Intervals after which a director that was not heard counts as silent. */
const patience = 3;

/** One way to another director beside that of the advertisements: tells it what we are active for, and listens. */
export class HeartbeatPath implements Disposable {
  readonly plan: HeartbeatPlan;
  readonly #tools: HeartbeatTools;
  #socket: UdpSocket | undefined;
  #cancelTimer: () => void = () => undefined;
  #rivalries: Rivalries = new Map();
  #last: Heartbeat | undefined;
  #heardMs: number | undefined;
  readonly #counts = { sent: 0, received: 0, refused: 0 };
  #complaint = '';

  constructor(plan: HeartbeatPlan, tools: HeartbeatTools) {
    this.plan = plan;
    this.#tools = tools;
    this.#heardMs = performance.now();
    this.#beat();
  }

  get status(): HeartbeatStatus {
    const director = this.#last?.director;
    const heard = this.#heardMs !== undefined && this.#last !== undefined;
    return {
      peer: this.plan.peer,
      ...(director !== undefined && { director }),
      heard,
      ...this.#counts,
    };
  }

  /** Something has changed with our routers: the other one hears of it at once. */
  tell(): void {
    this.#send();
    this.#compare();
  }

  #beat(): void {
    this.#cancelTimer = this.#tools.loop.after(this.plan.intervalMs, () => {
      this.#beat();
    });
    this.#send();
    this.#listenFor();
  }

  /** A way that is silent is worth as much as none: somebody should know. */
  #listenFor(): void {
    const { peer, intervalMs } = this.plan;
    const silentMs = performance.now() - (this.#heardMs ?? 0);
    if (this.#heardMs === undefined || silentMs <= patience * intervalMs) return;
    this.#heardMs = undefined;
    this.#tools.log(`Nothing is heard of ${peer} by the second way`, 'problem');
    this.#compare();
  }

  #hear(bytes: Uint8Array): void {
    const heartbeat = decodeHeartbeat(bytes);
    if (heartbeat === undefined) {
      this.#counts.refused++;
      return;
    }
    this.#counts.received++;
    const { director } = heartbeat;
    if (this.#last === undefined || this.#heardMs === undefined) {
      this.#tools.log(`${director} is heard from ${this.plan.peer} by the second way`, 'info');
    }
    this.#last = heartbeat;
    this.#heardMs = performance.now();
    this.#compare();
  }

  #compare(): void {
    const theirs = this.#heardMs === undefined ? undefined : (this.#last?.active ?? []);
    const views = { ours: this.#tools.ours(), theirs, nowMs: performance.now() };
    const { rivalries, events } = stepRivalries(this.#rivalries, views);
    this.#rivalries = rivalries;
    const peer = this.#last?.director ?? this.plan.peer;
    for (const event of events) this.#tools.onRivalry(event, peer);
  }

  #send(): void {
    const { peer, port, director } = this.plan;
    try {
      this.#socket ??= this.#open();
      const active = this.#tools.ours();
      this.#socket.send(encodeHeartbeat({ director, active }), peer, port);
      this.#counts.sent++;
      this.#complaint = '';
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#complain(error.message);
    }
  }

  #open(): UdpSocket {
    const { peer, port, source } = this.plan;
    const family = familyOf(peer);
    const socket = new UdpSocket(family)
      .bind(source ?? (family === 'ipv4' ? '0.0.0.0' : '::'), port)
      .connect(peer, port);
    return socket.watch((bytes) => {
      this.#hear(bytes);
    }, this.#tools.loop);
  }

  /** Once, until it is something else. */
  #complain(text: string): void {
    if (text !== this.#complaint) this.#tools.log(text, 'problem');
    this.#complaint = text;
  }

  [Symbol.dispose](): void {
    this.#cancelTimer();
    this.#socket?.[Symbol.dispose]();
  }
}
