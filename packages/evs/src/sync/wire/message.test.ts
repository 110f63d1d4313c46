import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyConnection,
  anyPlainConnection,
  establishedByDirectRouting,
} from '../../../test/fixtures/synchronised-connections.ts';
import { SynchronisedFlag, type SynchronisedConnection } from '../../director/index.ts';
import { addressBytes } from '../../packet/index.ts';
import { MessageHeader1, Record0, Record1 } from './layouts.ts';
import { MessageWriter, type MessageVersion } from './message-writer.ts';
import { readMessage } from './read-message.ts';
import type { Rejection } from './reasons.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (message: Uint8Array | undefined): string =>
  Buffer.from(message ?? []).toString('hex');

function read(message: Uint8Array, syncId = 0) {
  const connections: SynchronisedConnection[] = [];
  const reasons: Rejection[] = [];
  readMessage(message, syncId, {
    record: (connection) => connections.push(connection),
    reject: (reason) => reasons.push(reason),
  });
  return { connections, reasons };
}

const writer = (version: MessageVersion, maximumLength = 1472): MessageWriter =>
  new MessageWriter({ version, syncId: 9, maximumLength });

function written(
  connections: readonly SynchronisedConnection[],
  into: MessageWriter,
): Uint8Array[] {
  const full = connections.map((connection) => into.add(connection));
  return [...full, into.take()].filter((message) => message !== undefined);
}

test('fields stand where ip_vs has them', () => {
  const header = ['zero', 'syncId', 'sizeBytes', 'count', 'version', 'spare'] as const;
  const record = ['type', 'protocol', 'size', 'flags', 'state', 'clientPort'] as const;
  const rest = ['virtualPort', 'destinationPort', 'mark', 'timeoutSeconds'] as const;

  expect(header.map((field) => MessageHeader1.offsetOf(field))).toEqual([0, 1, 2, 4, 5, 6]);
  expect(record.map((field) => Record1.offsetOf(field))).toEqual([0, 1, 2, 4, 8, 10]);
  expect(rest.map((field) => Record1.offsetOf(field))).toEqual([12, 14, 16, 20]);
  expect([Record1.sizeBytes, Record0.sizeBytes]).toEqual([24, 24]);
});

// What ip_vs of Linux 6.1 sent with syncid 9, and 1 for version 0.
const recorded1 =
  '0009002c010100000006002400000083000103e90050005000000000000003840a0100020a0100640a010015';
const recorded0 = '0109001c000603e9005000500a0100020a0100640a01001500830001';

test.each([
  [1, recorded1],
  [0, recorded0],
] as const)('version %i is written as ip_vs does', (version, recorded) => {
  const [message] = written([establishedByDirectRouting], writer(version));

  expect(hexOf(message)).toBe(recorded);
});

test('what ip_vs sent is understood, whichever the version', () => {
  expect(read(bytesOf(recorded1), 9)).toEqual({
    connections: [establishedByDirectRouting],
    reasons: [],
  });
  expect(read(bytesOf(recorded0), 9)).toEqual({
    connections: [{ ...establishedByDirectRouting, timeoutSeconds: undefined }],
    reasons: [],
  });
});

test('a template with a Call-ID is understood as ip_vs sends it', () => {
  const template = {
    ...establishedByDirectRouting,
    protocol: 17,
    clientPort: 0,
    flags: 3 | 0x180 | SynchronisedFlag.template,
    state: 0,
    engine: { name: 'sip', data: Uint8Array.from(Buffer.from('abc123@host')) },
  };
  const [message = new Uint8Array()] = written([template, template], writer(1));

  expect(hexOf(message)).toContain('0036000011830000');
  expect(hexOf(message)).toContain(
    '020b61626331323340686f7374037369700000'.replace('0373', '030373'),
  );
  expect(read(message).connections).toEqual([template, template]);
});

test('everything that version 1 can tell arrives, in messages no longer than allowed', () => {
  fc.assert(
    fc.property(
      fc.array(anyConnection, { maxLength: 40 }),
      fc.integer({ min: 600, max: 3000 }),
      (connections, length) => {
        const messages = written(connections, writer(1, length));

        expect(messages.every((message) => message.length <= length)).toBe(true);
        const arrived = messages.map((message) => read(message, 9));
        expect(arrived.flatMap(({ reasons }) => reasons)).toEqual([]);
        expect(arrived.flatMap((one) => one.connections)).toEqual(connections);
      },
    ),
  );
});

test('version 0 tells of everything but mark and timeout', () => {
  fc.assert(
    fc.property(fc.array(anyPlainConnection(), { minLength: 1, maxLength: 400 }), (connections) => {
      const arrived = written(connections, writer(0, 65_507)).flatMap(
        (message) => read(message, 9).connections,
      );

      expect(arrived).toEqual(
        connections.map((one) => ({ ...one, mark: 0, timeoutSeconds: undefined })),
      );
    }),
  );
});

test('version 0 cannot tell of IPv6', () => {
  const [address] = [addressBytes('2001:db8::1')];
  const connection = { ...establishedByDirectRouting, client: address ?? new Uint8Array() };

  expect(written([connection], writer(0))).toEqual([]);
});

test.each<[string, string, Rejection]>([
  ['a message without a header', '000900', 'cut short'],
  ['a message of version 1 without all of its header', '000900060101', 'cut short'],
  ['a message longer than it says', `${recorded1}00`, 'wrong size'],
  ['another group', recorded1.replace('0009', '0008'), 'wrong sync id'],
  ['another version', recorded1.replace('01010000', '01020000'), 'unknown version'],
  ['more records than there are', recorded1.replace('01010000', '02010000'), 'cut short'],
  [
    'a record that is longer than the message',
    recorded1.replace('00060024', '00060026'),
    'cut short',
  ],
  ['a record of another kind', recorded1.replace('00060024', '02060024'), 'unknown record'],
  ['a record of a later version', recorded1.replace('00060024', '00061024'), 'unknown record'],
  ['another protocol', recorded1.replace('00060024', '00010024'), 'unknown protocol'],
  ['a state that TCP does not have', recorded1.replace('0001', '000b'), 'impossible state'],
  ['a one-packet connection', recorded1.replace('00000083', '00002083'), 'impossible flags'],
  ['a template without port', recorded1.replace('00000083', '00001883'), 'impossible flags'],
])('%s is refused', (_, hex, reason) => {
  expect(read(bytesOf(hex), 9).reasons).toEqual([reason]);
});

const withOption = (option: string): Uint8Array => {
  const length = option.length / 2;
  const size = (36 + length).toString(16);
  return bytesOf(
    recorded1
      .replace('002c', (44 + length).toString(16).padStart(4, '0'))
      .replace('0024', `00${size}`) + option,
  );
};

test.each<[string, string, Rejection[]]>([
  ['one that nobody knows', '0901ff', ['unknown option']],
  ['one that may be ignored', '4901ff', []],
  ['one without data', '0200', ['broken option']],
  ['one that ends too soon', '0205aa', ['broken option']],
  ['one that comes twice', '0201aa0201aa', ['broken option']],
  ['an engine without a name', '0201aa', ['broken option']],
  ['sequences of another length', '0104aabbccdd', ['broken option']],
])('of a record’s options, %s', (_, option, reasons) => {
  expect(read(withOption(option), 9).reasons).toEqual(reasons);
});

test('no bytes whatever do harm: each message is read to its end or refused', () => {
  const damaged = fc
    .tuple(
      fc.array(anyConnection, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255))),
    )
    .map(([connections, changes]) => {
      const [message = new Uint8Array()] = written(connections, writer(1));
      for (const [at, value] of changes) if (at < message.length) message[at] = value;
      return message;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (message) => {
      const { connections, reasons } = read(message);

      expect(connections.length + reasons.length).toBeLessThanOrEqual(256);
      for (const { client, virtual, destination } of connections) {
        expect([4, 16]).toContain(client.length);
        expect([virtual.length, destination.length]).toEqual([client.length, client.length]);
      }
    }),
    { numRuns: 2000 },
  );
});
