import type { SynchronisedConnection } from '../../director/index.ts';
import { MessageHeader0, MessageHeader1 } from './layouts.ts';
import { readRecord0 } from './read-record0.ts';
import { readRecord1 } from './read-record1.ts';
import type { Rejection } from './reasons.ts';

export interface MessageSink {
  readonly record: (connection: SynchronisedConnection) => void;
  readonly reject: (reason: Rejection) => void;
}

/** What came of one record, and where the next begins; undefined if that cannot be told. */
export interface ReadRecord {
  readonly connection?: SynchronisedConnection;
  readonly rejection?: Rejection;
  readonly next: number | undefined;
}

/**
 * Reads a message of either version and hands on the records that make sense. `syncId`: 0 takes messages of all
 * groups. Trusts nothing that it says about lengths.
 */
export function readMessage(message: Uint8Array, syncId: number, sink: MessageSink): void {
  if (message.length < MessageHeader0.sizeBytes) {
    sink.reject('cut short');
    return;
  }
  const header = MessageHeader0.decode(message);
  if (header.sizeBytes !== message.length) sink.reject('wrong size');
  else if (syncId !== 0 && header.syncId !== syncId) sink.reject('wrong sync id');
  else if (header.count === 0) readMessage1(message, sink);
  else readRecords(message, MessageHeader0.sizeBytes, header.count, readRecord0, sink);
}

function readMessage1(message: Uint8Array, sink: MessageSink): void {
  if (message.length < MessageHeader1.sizeBytes) {
    sink.reject('cut short');
    return;
  }
  const { count, version, spare } = MessageHeader1.decode(message);
  if (version !== 1 || spare !== 0) sink.reject('unknown version');
  else readRecords(message, MessageHeader1.sizeBytes, count, readRecord1, sink);
}

function readRecords(
  message: Uint8Array,
  begin: number,
  count: number,
  read: (message: Uint8Array, at: number) => ReadRecord,
  { record, reject }: MessageSink,
): void {
  let at = begin;
  for (let index = 0; index < count; index++) {
    const { connection, rejection, next } = read(message, at);
    if (rejection !== undefined) reject(rejection);
    if (connection !== undefined) record(connection);
    if (next === undefined) return;
    at = next;
  }
}
