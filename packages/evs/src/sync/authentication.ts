import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256, RFC 2104. */
const signatureBytes = 32;

/** What a signature is for: one of another purpose is none. */
export type Purpose = 'connections' | 'beacon' | 'request' | 'answer';

/**
 * Signs what directors tell each other with a key that they share. ip_vs knows nothing of it: directors with a key
 * understand each other only. Without a key everything is taken as it comes, as ip_vs does.
 */
export class Authentication {
  readonly #key: Uint8Array | undefined;

  constructor(key?: Uint8Array) {
    this.#key = key;
  }

  get enabled(): boolean {
    return this.#key !== undefined;
  }

  /** Bytes that `sign` adds. */
  get overheadBytes(): number {
    return this.enabled ? signatureBytes : 0;
  }

  /** The bytes with their signature behind them. `context` is known to both sides and not sent. */
  sign(purpose: Purpose, bytes: Uint8Array, context: Uint8Array = nothing): Uint8Array {
    const signature = this.#signature(purpose, bytes, context);
    return signature === undefined ? bytes : Buffer.concat([bytes, signature]);
  }

  /** The bytes without their signature; undefined if it is not right. */
  open(
    purpose: Purpose,
    signed: Uint8Array,
    context: Uint8Array = nothing,
  ): Uint8Array | undefined {
    if (!this.enabled) return signed;
    if (signed.length < signatureBytes) return undefined;
    const bytes = signed.subarray(0, signed.length - signatureBytes);
    const wanted = this.#signature(purpose, bytes, context);
    const found = signed.subarray(bytes.length);
    return wanted !== undefined && timingSafeEqual(wanted, found) ? bytes : undefined;
  }

  #signature(purpose: Purpose, bytes: Uint8Array, context: Uint8Array): Buffer | undefined {
    if (this.#key === undefined) return undefined;
    return createHmac('sha256', this.#key)
      .update(`${purpose}\0`)
      .update(context)
      .update(bytes)
      .digest();
  }
}

const nothing = new Uint8Array(0);
