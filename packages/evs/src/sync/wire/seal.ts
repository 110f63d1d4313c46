import { be64, packed } from '@evs/ebpf';
import type { Authentication } from '../authentication.ts';
import type { Rejection } from './reasons.ts';

/** Behind a message of directors with a key: what makes each one different. The signature follows. */
const Seal = packed('sync seal', {
  /** When the sender began, in milliseconds since 1970. */
  epoch: be64,
  /** Of the sender's messages by the same port. */
  sequence: be64,
});

/** Bytes that a message grows by. */
export const sealBytes = (authentication: Authentication): number =>
  authentication.enabled ? Seal.sizeBytes + authentication.overheadBytes : 0;

/** A message as it is sent: as ip_vs does without a key. */
export function seal(
  authentication: Authentication,
  message: Uint8Array,
  epoch: bigint,
  sequence: bigint,
): Uint8Array {
  if (!authentication.enabled) return message;
  const stamp = Seal.encode({ epoch, sequence });
  return authentication.sign('connections', Buffer.concat([message, stamp]));
}

/** The newest message that a sender is known to have sent by a port. */
interface Newest {
  epoch: bigint;
  sequence: bigint;
}

/** Senders that are remembered: more than any group of directors has. */
const mostSenders = 1024;

/** Takes seals off, and messages that were there before for what they are. */
export class SealReader {
  readonly #authentication: Authentication;
  readonly #newest = new Map<string, Newest>();

  constructor(authentication: Authentication) {
    this.#authentication = authentication;
  }

  /** The message, or why it is not taken. `sender` names the sender and the port that it sent to. */
  open(sender: string, sealed: Uint8Array): Uint8Array | Rejection {
    if (!this.#authentication.enabled) return sealed;
    const bytes = this.#authentication.open('connections', sealed);
    if (bytes === undefined || bytes.length < Seal.sizeBytes) return 'not authentic';
    const at = bytes.length - Seal.sizeBytes;
    const stamp = Seal.decode(bytes, at);
    const newest = this.#newest.get(sender);
    if (newest !== undefined && !isNewer(stamp, newest)) return 'replayed';
    if (newest === undefined && this.#newest.size >= mostSenders) return 'not authentic';
    this.#newest.set(sender, stamp);
    return bytes.subarray(0, at);
  }
}

const isNewer = (one: Newest, other: Newest): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.sequence > other.sequence);
