import type { Socket } from 'node:net';
import { withConnection } from './connection.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** The longest reply to a command, in bytes: RFC 5321 section 4.5.3.1 allows 512 a line. */
const longestReply = 64 * 1024;

/** SMTP_CHECK: the server greets, answers HELO and takes QUIT. */
export const smtpProbe = (target: ProbeTarget, heloName: string): Probe =>
  probe((signal) =>
    withConnection(target, signal, async (socket) => {
      const replies = new Replies(socket);
      await replies.expect('220', 'greeting');
      socket.write(`HELO ${heloName}\r\n`);
      await replies.expect('250', 'answer to HELO');
      socket.write('QUIT\r\n');
      await replies.next();
      return { reason: 'greeted' };
    }),
  );

/** Replies of a server, which may have many lines: the last has no `-` after its code. */
class Replies {
  readonly #parts: AsyncIterator<Buffer>;
  #text = '';

  constructor(socket: Socket) {
    this.#parts = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async expect(code: string, what: string): Promise<void> {
    const reply = await this.next();
    if (!reply.startsWith(code)) throw new ProbeFailure(`${what} ${reply.slice(0, 3)}`);
  }

  /** The last line of the next reply. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end === -1) await this.#more();
      else {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        if (line[3] !== '-') return line;
      }
    }
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#parts.next();
    if (done === true) throw new ProbeFailure('closed too early');
    this.#text += value.toString('latin1');
    if (this.#text.length > longestReply) throw new ProbeFailure('an endless reply');
  }
}
