import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { IpAddress } from '../../packet/index.ts';
import type { Authentication } from '../authentication.ts';
import { FrameError, frameKind, Frames, nonceBytes, readCount, writeRequest } from './protocol.ts';

export interface Question {
  readonly address: IpAddress;
  readonly port: number;
  readonly syncId: number;
  readonly authentication: Authentication;
  /** About how many connections will come. */
  readonly onBegin: (total: number) => void;
  /** A message of version 1. */
  readonly onMessage: (message: Uint8Array) => void;
}

const patienceMs = 10_000;

/** Asks a director for all its connections. Rejects if the answer does not come whole; disposing ends it. */
export function ask(question: Question): Disposable & { readonly answered: Promise<void> } {
  const { address, port, syncId, authentication } = question;
  const nonce = randomBytes(nonceBytes);
  const frames = new Frames(authentication, nonce);
  const socket = connect({ host: address, port });
  let whole = false;
  const answered = new Promise<void>((resolve, reject) => {
    socket.setTimeout(patienceMs, () => socket.destroy(new FrameError('there is no answer')));
    socket.on('error', reject);
    socket.on('close', () => (whole ? resolve() : reject(new FrameError('the answer ends early'))));
    socket.on('connect', () => socket.write(writeRequest(authentication, syncId, nonce)));
    socket.on('data', (bytes) => {
      try {
        for (const { kind, body } of frames.read(bytes)) {
          if (kind === frameKind.begin) question.onBegin(readCount(body));
          if (kind === frameKind.message) question.onMessage(body);
          if (kind === frameKind.end) whole = true;
        }
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new FrameError(String(error)));
      }
    });
  });
  return { answered, [Symbol.dispose]: () => socket.destroy() };
}
