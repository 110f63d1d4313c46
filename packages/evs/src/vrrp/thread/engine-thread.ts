import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { EventDescriptor, raise } from '../../linux/index.ts';
import type { EngineCommand } from '../host/plan.ts';
import type { Observer } from '../host/ports.ts';
import type { EngineData, EngineReport, EngineStatus } from './serve-engine.ts';

/**
 * The thread in which virtual routers live, seen from the main thread: whatever holds that up, advertisements go out
 * in time.
 */
export class EngineThread {
  readonly #bell = new EventDescriptor();
  readonly #port: MessagePort;
  readonly #observer: Observer;
  readonly #questions = new Map<number, (status: EngineStatus) => void>();
  #asked = 0;
  readonly #ended: Promise<void>;
  #stopping = false;

  /** `program` calls `serveEngine` with its worker data. */
  constructor(program: URL, observer: Observer) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#observer = observer;
    const workerData: EngineData = { port: port2, bell: this.#bell.fd };
    // oxlint-disable-next-line no-new -- it lives until it is told to stop
    new Worker(program, { workerData, transferList: [port2] });
    port1.on('message', (report: EngineReport) => {
      this.#hear(report);
    });
    // Not when the thread has ended: its last words may still be on their way then.
    this.#ended = new Promise((resolve) => {
      port1.once('close', resolve);
    });
    // A process that ends in a hurry says goodbye, too: Node waits for its threads.
    process.once('exit', this.#goodbye);
  }

  send(command: EngineCommand): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
    this.#port.postMessage(command);
    raise(this.#bell.fd);
  }

  status(): Promise<EngineStatus> {
    return new Promise((resolve) => {
      const question = ++this.#asked;
      this.#questions.set(question, resolve);
      this.send({ kind: 'status', question });
    });
  }

  /** Goodbyes are said and addresses gone when it resolves. */
  async stop(): Promise<void> {
    this.#goodbye();
    await this.#ended;
    process.off('exit', this.#goodbye);
    this.#bell[Symbol.dispose]();
  }

  readonly #goodbye = (): void => {
    if (!this.#stopping) this.send({ kind: 'stop' });
    this.#stopping = true;
  };

  #hear(report: EngineReport): void {
    if (report.kind === 'notify') this.#observer.notify(report.told);
    else if (report.kind === 'split') this.#observer.split(report.told);
    else if (report.kind === 'bfd') this.#observer.bfd(report.name, report.up);
    else if (report.kind === 'log') this.#observer.log(report.router, report.text, report.level);
    else if (report.kind === 'status') {
      this.#questions.get(report.question)?.(report.status);
      this.#questions.delete(report.question);
    } else this.#port.close();
  }
}
