import type { SynchronisedConnection } from '../../director/index.ts';
import { MessageHeader0, MessageHeader1 } from './layouts.ts';
import { writeRecord0, writeRecord1 } from './write-record.ts';

export type MessageVersion = 0 | 1;

export interface MessageFormat {
  readonly version: MessageVersion;
  readonly syncId: number;
  /** Bytes of a message. */
  readonly maximumLength: number;
}

/** The header counts records in a byte. */
const mostRecords = 255;

/** Gathers records into messages. */
export class MessageWriter {
  readonly #format: MessageFormat;
  readonly #headerBytes: number;
  #records: Uint8Array[] = [];
  #sizeBytes: number;

  constructor(format: MessageFormat) {
    this.#format = format;
    this.#headerBytes = format.version === 1 ? MessageHeader1.sizeBytes : MessageHeader0.sizeBytes;
    this.#sizeBytes = this.#headerBytes;
  }

  /** Records that wait for their message. */
  get waiting(): number {
    return this.#records.length;
  }

  /**
   * Adds a connection. Returns the message that is full by that, if one is. A connection that the version cannot
   * tell of, or that is longer than a message, is left out.
   */
  add(connection: SynchronisedConnection): Uint8Array | undefined {
    const { version, maximumLength } = this.#format;
    const record = version === 1 ? writeRecord1(connection) : writeRecord0(connection);
    if (record === undefined || this.#headerBytes + record.length > maximumLength) return undefined;
    const full =
      aligned(this.#sizeBytes) + record.length > maximumLength ||
      this.#records.length === mostRecords
        ? this.take()
        : undefined;
    this.#sizeBytes = aligned(this.#sizeBytes) + record.length;
    this.#records.push(record);
    return full;
  }

  /** The message of the records that wait; undefined if there are none. */
  take(): Uint8Array | undefined {
    const records = this.#records;
    if (records.length === 0) return undefined;
    const message = this.#begin(records.length);
    let at = this.#headerBytes;
    for (const record of records) {
      message.set(record, aligned(at));
      at = aligned(at) + record.length;
    }
    this.#records = [];
    this.#sizeBytes = this.#headerBytes;
    return message;
  }

  #begin(count: number): Uint8Array {
    const { syncId, version } = this.#format;
    const message = new Uint8Array(this.#sizeBytes);
    const sizeBytes = message.length;
    if (version === 0) return MessageHeader0.encode({ count, syncId, sizeBytes }, message);
    return MessageHeader1.encode({ zero: 0, syncId, sizeBytes, count, version, spare: 0 }, message);
  }
}

/** Records begin at multiples of four bytes. */
const aligned = (at: number): number => (at + 3) & ~3;
