import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { SynchronisedConnection } from '../../director/index.ts';
import type { IpAddress } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import type { AnswerStatus } from '../status.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import { frameKind, Frames, readRequest, requestBytes, writeCount } from './protocol.ts';

export interface AnswerServerOptions {
  readonly address: IpAddress;
  readonly port: number;
  readonly syncId: number;
  readonly authentication: Authentication;
  readonly connections: () => Iterable<SynchronisedConnection>;
  /** How many there are, about. */
  readonly count: () => number;
  /** Requests are taken from now on. */
  readonly onReady: () => void;
  readonly onError: (error: Error) => void;
}

/** Directors that may ask at the same time, and answers that are remembered. */
const mostAtOnce = 4;
const mostRemembered = 8;
/** One who asks and then says or takes nothing is let go. */
const patienceMs = 10_000;
/** Connections that are read before others of the event loop have their turn. */
const turnConnections = 512;
const messageBytes = 16_384;

/** Answers requests for all connections. */
export class AnswerServer implements Disposable {
  readonly #options: AnswerServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #answers: Answer[] = [];

  constructor(options: AnswerServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.on('error', options.onError);
    this.#server.on('listening', options.onReady);
    this.#server.listen({ host: options.address, port: options.port });
  }

  get answers(): readonly AnswerStatus[] {
    return this.#answers;
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= mostAtOnce) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(patienceMs, () => socket.destroy());
    let request: Uint8Array = Buffer.alloc(0);
    const wanted = requestBytes(this.#options.authentication);
    const onData = (bytes: Uint8Array): void => {
      request = Buffer.concat([request, bytes]);
      if (request.length < wanted) return;
      socket.off('data', onData);
      void this.#answer(socket, request.subarray(0, wanted));
    };
    socket.on('data', onData);
  }

  async #answer(socket: Socket, request: Uint8Array): Promise<void> {
    const { authentication, syncId, count } = this.#options;
    const nonce = readRequest(authentication, syncId, request);
    if (nonce === undefined) {
      socket.destroy();
      return;
    }
    const answer: Answer = {
      peer: socket.remoteAddress ?? '',
      sent: 0,
      total: count(),
      state: 'running',
    };
    this.#answers = [answer, ...this.#answers].slice(0, mostRemembered);
    try {
      await this.#send(socket, new Frames(authentication, nonce), answer);
      answer.state = 'done';
    } catch {
      answer.state = 'failed';
      socket.destroy();
    }
  }

  async #send(socket: Socket, frames: Frames, answer: Answer): Promise<void> {
    const { syncId, connections } = this.#options;
    const writer = new MessageWriter({ version: 1, syncId, maximumLength: messageBytes });
    const write = async (kind: number, body: Uint8Array): Promise<void> => {
      if (socket.destroyed) throw new Error('the other director is gone');
      if (!socket.write(frames.write(kind, body))) await drained(socket);
    };
    await write(frameKind.begin, writeCount(answer.total));
    for (const connection of connections()) {
      const message = writer.add(connection);
      if (message !== undefined) await write(frameKind.message, message);
      answer.sent++;
      if (answer.sent % turnConnections === 0) await turn();
    }
    const last = writer.take();
    if (last !== undefined) await write(frameKind.message, last);
    await write(frameKind.end, writeCount(answer.sent));
    answer.total = answer.sent;
    socket.end();
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

type Answer = { -readonly [K in keyof AnswerStatus]: AnswerStatus[K] };

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('the other director is gone'));
    socket.once('close', onClose);
    socket.once('drain', () => {
      socket.off('close', onClose);
      resolve();
    });
  });
