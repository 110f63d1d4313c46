import type { IpAddress } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import { ask } from '../resync/ask.ts';
import type { PeerStatus, ResynchronisationStatus } from '../status.ts';
import type { Beacon } from '../wire/beacon.ts';
import type { SynchronisationLog } from './ports.ts';

export interface PeerOptions {
  readonly address: IpAddress;
  readonly syncId: number;
  readonly authentication: Authentication;
  /** A message of an answer. */
  readonly onMessage: (message: Uint8Array) => void;
  readonly log: SynchronisationLog;
}

/** What a beacon counts and we could not have heard. */
interface Baseline {
  readonly epoch: bigint;
  readonly messages: number;
  readonly received: number;
}

type Question = ReturnType<typeof ask>;

const messageOf = (error: Error): string => error.message;

/** After a failure, the next try. */
const againMs = 5_000;
/**
 * All connections are asked for again so often: those with few packets are told of seldom, and would end here before they
 * end there. Less than half of UDP's timeout.
 */
const refreshMs = 120_000;

/** A master of ours that a backup hears: counts what is missed, and asks for all connections when that helps. */
export class Peer implements Disposable {
  readonly #options: PeerOptions;
  #beacon: Beacon | undefined;
  #baseline: Baseline = { epoch: 0n, messages: 0, received: 0 };
  #received = 0;
  #heardMs = 0;
  #question: Question | undefined;
  #resynchronisation: ResynchronisationStatus = {
    state: 'waiting',
    received: 0,
    total: 0,
    completed: 0,
  };
  #askedMs = Number.NEGATIVE_INFINITY;
  /** Missed and lost connections that the last question makes good for. */
  #gapsAsked = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
  }

  /** A message of its came. */
  count(): void {
    this.#received++;
  }

  /** False if it is older than another that was heard. */
  hear(beacon: Beacon): boolean {
    const before = this.#beacon;
    if (before !== undefined) {
      const isOlder =
        beacon.epoch < before.epoch ||
        (beacon.epoch === before.epoch && beacon.sequence <= before.sequence);
      if (isOlder) return false;
    }
    if (beacon.epoch !== before?.epoch) this.#beginEpoch(beacon);
    this.#beacon = beacon;
    this.#heardMs = performance.now();
    if (this.#wantsAll()) this.#ask(beacon);
    return true;
  }

  #beginEpoch({ epoch, messages }: Beacon): void {
    this.#baseline = { epoch, messages: Number(messages), received: this.#received };
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#gapsAsked = 0;
    const { completed } = this.#resynchronisation;
    this.#resynchronisation = { state: 'waiting', received: 0, total: 0, completed };
  }

  #wantsAll(): boolean {
    if (this.#question !== undefined) return false;
    const silentMs = performance.now() - this.#askedMs;
    if (this.#resynchronisation.state !== 'done') return silentMs >= againMs;
    return silentMs >= refreshMs || (this.#gaps > this.#gapsAsked && silentMs >= againMs);
  }

  #ask(beacon: Beacon): void {
    const { address, syncId, authentication, onMessage } = this.#options;
    this.#askedMs = performance.now();
    this.#gapsAsked = this.#gaps;
    this.#change({ state: 'running', received: 0, total: 0 });
    const question = ask({
      address,
      port: beacon.answerPort,
      syncId,
      authentication,
      onBegin: (total) => this.#change({ total }),
      onMessage: (message) => {
        // Version 1: the number of records.
        this.#change({ received: this.#resynchronisation.received + (message[4] ?? 0) });
        onMessage(message);
      },
    });
    this.#question = question;
    void this.#conclude(question);
  }

  async #conclude(question: Question): Promise<void> {
    const { address: peer, log } = this.#options;
    const problem = await question.answered.then(() => undefined, messageOf);
    // Nobody waits for it any more.
    if (this.#question !== question) return;
    this.#question = undefined;
    const { received, completed } = this.#resynchronisation;
    const tookMs = Math.round(performance.now() - this.#askedMs);
    if (problem === undefined) {
      this.#change({ state: 'done', completed: completed + 1, total: received, tookMs });
      log.info({ peer, connections: received, tookMs }, 'Connections are resynchronised');
    } else {
      this.#change({ state: 'failed', problem, tookMs });
      log.warn({ peer, problem }, 'Cannot resynchronise connections');
    }
  }

  #change(change: Partial<ResynchronisationStatus>): void {
    this.#resynchronisation = { ...this.#resynchronisation, ...change };
  }

  /** As of the last beacon. Messages that overtook it count as received, which evens out. */
  get #missed(): number {
    const sent = Number(this.#beacon?.messages ?? 0n) - this.#baseline.messages;
    return Math.max(0, sent - (this.#received - this.#baseline.received));
  }

  /** Messages that did not come, and connections that it could not tell of. */
  get #gaps(): number {
    return this.#missed + Number(this.#beacon?.lost ?? 0n);
  }

  get status(): PeerStatus {
    return {
      address: this.#options.address,
      since: new Date(Number(this.#baseline.epoch)).toISOString(),
      silentMs: Math.round(performance.now() - this.#heardMs),
      messages: Number(this.#beacon?.messages ?? 0n) - this.#baseline.messages,
      missed: this.#missed,
      delayMs: this.#beacon?.delayMs ?? 0,
      complete: this.#resynchronisation.state === 'done' && this.#gaps <= this.#gapsAsked,
      resynchronisation: this.#resynchronisation,
    };
  }

  [Symbol.dispose](): void {
    const question = this.#question;
    this.#question = undefined;
    question?.[Symbol.dispose]();
  }
}
