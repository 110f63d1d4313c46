import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { ProbeFailure } from './probe.ts';

/** What is judged of an answer. */
export interface Answer {
  readonly status: number;
  /** MD5 of the body up to Content-Length, in hexadecimal digits. */
  readonly digest: string;
  /** The beginning of the body, if an expression is to look at it. */
  readonly text: string;
}

/** In bytes. A server that never ends is no reason to run out of memory, or to read for ever. */
const longest = { head: 64 * 1024, answer: 16 * 1024 * 1024, text: 1024 * 1024 } as const;

/** Reads until the other side closes, and keeps no more than it needs. Throws ProbeFailure if it is no HTTP. */
export async function readAnswer(socket: Socket, wantsText: boolean): Promise<Answer> {
  let head = Buffer.alloc(0);
  let body: BodyReader | undefined;
  let size = 0;
  for await (const part of socket as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > longest.answer) throw new ProbeFailure(`more than ${longest.answer} bytes`);
    if (body !== undefined) {
      body.add(part);
      continue;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end !== -1) {
      body = new BodyReader(head.toString('latin1', 0, end), wantsText);
      body.add(head.subarray(end + 4));
    } else if (head.length > longest.head) throw new ProbeFailure('headers without an end');
  }
  if (size === 0) throw new ProbeFailure('closed without an answer');
  return (body ?? new BodyReader(head.toString('latin1'), wantsText)).answer;
}

class BodyReader {
  readonly #status: number;
  readonly #digest = createHash('md5');
  readonly #wantsText: boolean;
  #text = '';
  /** Bytes that belong to the body still. */
  #left: number;

  constructor(head: string, wantsText: boolean) {
    const status = /^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1];
    if (status === undefined) throw new ProbeFailure('no HTTP answer');
    this.#status = Number(status);
    this.#wantsText = wantsText;
    this.#left = Number(/^content-length:[ \t]*(\d+)[ \t]*$/im.exec(head)?.[1] ?? Infinity);
  }

  add(part: Buffer): void {
    const ours = this.#left < part.length ? part.subarray(0, this.#left) : part;
    this.#left -= ours.length;
    this.#digest.update(ours);
    if (this.#wantsText && this.#text.length < longest.text) this.#text += ours.toString('latin1');
  }

  get answer(): Answer {
    return { status: this.#status, digest: this.#digest.digest('hex'), text: this.#text };
  }
}
