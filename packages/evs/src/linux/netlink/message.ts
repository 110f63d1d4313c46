import type { Infer, Struct } from '@evs/ebpf';
import { attributesIn, type AttributeValues } from './attributes.ts';
import { MessageHeader } from './layouts.ts';

const align = (size: number): number => (size + 3) & ~3;

/** A message without its header. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** A message with its header, ready to send. */
export function encodeMessage(
  type: number,
  flags: number,
  sequence: number,
  parts: readonly Uint8Array[],
): Buffer {
  const body = Buffer.concat(parts);
  const message = Buffer.alloc(MessageHeader.sizeBytes + body.length);
  MessageHeader.encode({ length: message.length, type, flags, sequence, port: 0 }, message);
  message.set(body, MessageHeader.sizeBytes);
  return message;
}

/** The messages in what one receive call returned; stops at one that does not fit. */
export function decodeMessages(bytes: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + MessageHeader.sizeBytes <= bytes.length;) {
    const { length, type, flags, sequence } = MessageHeader.decode(bytes, at);
    if (length < MessageHeader.sizeBytes || at + length > bytes.length) break;
    const body = bytes.subarray(at + MessageHeader.sizeBytes, at + length);
    messages.push({ type, flags, sequence, body });
    at += align(length);
  }
  return messages;
}

/** The fixed part of a body, and the attributes behind it. */
export function decodeBody<S extends Struct>(
  layout: S,
  body: Buffer,
): { header: Infer<S>; attributes: AttributeValues } {
  return {
    header: layout.decode(body) as Infer<S>,
    attributes: attributesIn(body.subarray(layout.sizeBytes)),
  };
}
