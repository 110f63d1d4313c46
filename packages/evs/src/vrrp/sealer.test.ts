import fc from 'fast-check';
import { expect, test } from 'vitest';
import { virtualRouter } from '../../test/fixtures/virtual-routers.ts';
import { encodeAdvertisement } from './advertisement.ts';
import { openPacket, sealPacket } from './authentication-header.ts';
import { receive } from './receive.ts';
import { Sealer } from './sealer.ts';
import { step } from './step.ts';
import { initialRouter } from './virtual-router.ts';

const router = virtualRouter({ password: '1111', sealed: true, priority: 50 });
const way = { source: '10.9.0.2', destination: '224.0.0.18' };
const packet = encodeAdvertisement({ ...router, intervalMs: 1_000 }, way);

// What keepalived 2.2.7 sent, without the IP header's checksum, which the kernel fills in.
test.each([
  [
    'multicast',
    way,
    '45c0004000010000ff3300000a090002e0000012700400000a0900020000000110a4ed72b1bb65bb0d3e83bd213332010201a05d0a0900640000000000000000',
  ],
  [
    'unicast',
    { ...way, destination: '10.9.0.1' },
    '45c0004000010000ff3300000a0900020a090001700400000a09000200000001330a616f3cdbb0a6966307e0213332010201a05d0a0900640000000000000000',
  ],
])('sealPacket() by %s makes the bytes that keepalived makes', (_, path, bytes) => {
  const sealing = { ...path, timeToLive: 255, identification: 1, sequence: 1, password: '1111' };

  expect(Buffer.from(sealPacket(packet, sealing)).toString('hex')).toBe(bytes);
});

const sent = (sealer = new Sealer('1111')): Uint8Array =>
  sealer.seal(packet, { ...way, timeToLive: 255 });

test('what was signed with the same password counts, once', () => {
  const [theirs, ours] = [new Sealer('1111'), new Sealer('1111')];
  const [first, second] = [sent(theirs), sent(theirs)];

  expect(ours.open(first)).toEqual({ packet: Buffer.from(packet) });
  expect(ours.open(first)?.refused).toBe('replayed');
  expect(ours.open(second)?.refused).toBeUndefined();
});

test('who becomes active goes on counting where the one before stopped', () => {
  const [first, second] = [new Sealer('1111'), new Sealer('1111')];
  for (let count = 0; count < 5; count++) second.open(sent(first));

  expect(first.open(sent(second))?.refused).toBeUndefined();
});

test('any changed byte, and any other password, is refused or no such packet', () => {
  // The type of service, flags, offset and checksum of an IP header may change on its way.
  const free = new Set([1, 6, 7, 10, 11]);
  fc.assert(
    fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = sent();
      changed[at] = (changed[at] ?? 0) ^ change;
      const opened = new Sealer('1111').open(changed);
      if (free.has(at)) expect(opened?.refused).toBeUndefined();
      else expect(opened?.refused ?? 'no such packet').not.toBe('replayed');
      if (!free.has(at)) expect(opened === undefined || opened.refused !== undefined).toBe(true);
    }),
  );
  expect(new Sealer('1112').open(sent())?.refused).toBe('wrong authentication header');
});

test('openPacket() takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
      openPacket(noise, '1111');
      openPacket(Buffer.concat([Buffer.of(0x45), noise]), '1111');
    }),
  );
});

test('a router that signs hears the signed only, and begins by listening even if it owns the addresses', () => {
  const arrival = { packet, ...way, timeToLive: 255 };
  const plain = encodeAdvertisement({ ...router, sealed: false, intervalMs: 1_000 }, way);

  expect(receive(router, '10.9.0.1', arrival)).toMatchObject({ priority: 50 });
  expect(receive(router, '10.9.0.1', { ...arrival, refused: 'replayed' })).toBe('replayed');
  expect(receive(router, '10.9.0.1', { ...arrival, packet: plain })).toBe(
    'wrong authentication type',
  );
  const owner = initialRouter({ ...router, priority: 255 }, '10.9.0.1');
  expect(step(owner, { kind: 'start' }).router.state).toBe('backup');
});
