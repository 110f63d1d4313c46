import { be16, be32, be64, bytes as byteArray, packed, u8 } from '@evs/ebpf';
import type { Authentication } from '../authentication.ts';

/**
 * How a director asks another for all its connections, over TCP: a request, then frames. A frame has a length, a kind and
 * a body; a signature covers the request's nonce and the frame's number, so that no other answer fits.
 */

/** EVSR. */
const requestMagic = 0x4556_5352;
const Request = packed('resync request', {
  magic: be32,
  version: u8,
  syncId: u8,
  _: be16,
  nonce: byteArray(16),
});

export const nonceBytes = 16;

export const requestBytes = (authentication: Authentication): number =>
  Request.sizeBytes + authentication.overheadBytes;

export const writeRequest = (
  authentication: Authentication,
  syncId: number,
  nonce: Uint8Array,
): Uint8Array =>
  authentication.sign(
    'request',
    Request.encode({ magic: requestMagic, version: 1, syncId, _: 0, nonce }),
  );

/** The nonce of a request that is for us; undefined if it is not. */
export function readRequest(
  authentication: Authentication,
  syncId: number,
  signed: Uint8Array,
): Uint8Array | undefined {
  const opened = authentication.open('request', signed);
  if (opened?.length !== Request.sizeBytes) return undefined;
  const request = Request.decode(opened);
  const isOurs = request.magic === requestMagic && request.version === 1;
  return isOurs && (syncId === 0 || request.syncId === 0 || request.syncId === syncId)
    ? request.nonce
    : undefined;
}

const FrameHeader = packed('resync frame', {
  /** Of kind, body and signature. */
  sizeBytes: be32,
});
export const frameKind = { begin: 1, message: 2, end: 3 } as const;
/** Messages are datagrams elsewhere. */
const mostFrameBytes = 1 << 17;

const Count = packed('resync count', { connections: be64 });

/** About how many connections will come, or how many came. */
export const writeCount = (connections: number): Uint8Array =>
  Count.encode({ connections: BigInt(connections) });
export const readCount = (body: Uint8Array): number =>
  body.length < Count.sizeBytes ? 0 : Number(Count.decode(body).connections);

/** Writes or reads the frames of one answer, in order. */
export class Frames {
  readonly #authentication: Authentication;
  readonly #context: Uint8Array;
  #number = 0;
  #waiting = Buffer.alloc(0);

  constructor(authentication: Authentication, nonce: Uint8Array) {
    this.#authentication = authentication;
    this.#context = new Uint8Array(nonceBytes + 4);
    this.#context.set(nonce);
  }

  write(kind: number, body: Uint8Array): Uint8Array {
    const signed = this.#authentication.sign(
      'answer',
      Buffer.concat([Uint8Array.of(kind), body]),
      this.#nextContext(),
    );
    return Buffer.concat([FrameHeader.encode({ sizeBytes: signed.length }), signed]);
  }

  /**
   * The frames that are whole with these bytes.
   *
   * @yields kind and body of each; throws FrameError for what is none
   */
  *read(bytes: Uint8Array): Generator<{ readonly kind: number; readonly body: Uint8Array }> {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    while (this.#waiting.length >= FrameHeader.sizeBytes) {
      const { sizeBytes } = FrameHeader.decode(this.#waiting);
      if (sizeBytes > mostFrameBytes) throw new FrameError('a frame is too long');
      const end = FrameHeader.sizeBytes + sizeBytes;
      if (this.#waiting.length < end) return;
      const signed = this.#waiting.subarray(FrameHeader.sizeBytes, end);
      this.#waiting = this.#waiting.subarray(end);
      const frame = this.#authentication.open('answer', signed, this.#nextContext());
      const [kind] = frame ?? [];
      if (frame === undefined || kind === undefined)
        throw new FrameError('a frame is not authentic');
      yield { kind, body: frame.subarray(1) };
    }
  }

  #nextContext(): Uint8Array {
    new DataView(this.#context.buffer).setUint32(nonceBytes, this.#number++);
    return this.#context;
  }
}

/** An answer that cannot go on. */
export class FrameError extends Error {
  override name = 'FrameError';
}
