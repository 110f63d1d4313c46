import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configureEverything, hostilePacket, wholePackets } from '../fixtures/hostile-packets.ts';
import { isErrno } from '../../src/linux/index.ts';
import type { Outcome, Place, TestDirector } from '../fixtures/test-director.ts';
import { VmDirector } from '../fixtures/vm-director.ts';
import { KernelDirector } from './kernel-director.ts';
import { fewer } from './slowness.ts';

/** BPF_PROG_TEST_RUN wants more than an Ethernet header. */
const shortest = 15;
/** Ethernet and IPv6. */
const longestHeaders = 54;

const kernel = new KernelDirector();
const interpreter = new VmDirector();
beforeAll(() => {
  configureEverything(kernel);
  configureEverything(interpreter);
});
afterAll(() => kernel[Symbol.dispose]());

/** Gives one packet to both, which must do the same; true if they do. */
function agree(place: Place, packet: Uint8Array): boolean {
  const left = runInKernel(place, packet);
  if (left === undefined) return true;
  const right = interpreter.run(place, packet);
  const ours = withoutRandom(packet, right.packet);
  const theirs = withoutRandom(packet, left.packet);
  if (left.verdict === right.verdict && Buffer.compare(ours, theirs) === 0) return true;
  const given = Buffer.from(packet).toString('hex');
  expect({ given, verdict: left.verdict, packet: theirs }).toEqual({
    given,
    verdict: right.verdict,
    packet: ours,
  });
  return false;
}

/** The packet, without the identification of a tunnel's IPv4 header, which is random, and its checksum. */
function withoutRandom(given: Uint8Array, packet: Uint8Array): Uint8Array {
  const isTunnel = packet.length > given.length && packet[12] === 8 && packet[13] === 0;
  if (!isTunnel) return packet;
  const copy = packet.slice();
  copy.fill(0, 18, 20);
  copy.fill(0, 24, 26);
  return copy;
}

/** Undefined if BPF_PROG_TEST_RUN does not take the packet: for tc the IP header must be whole. */
function runInKernel(place: Place, packet: Uint8Array): Outcome | undefined {
  try {
    return kernel.run(place, packet);
  } catch (error) {
    if (place === 'tc' && packet.length < longestHeaders && isErrno(error, 'EINVAL'))
      return undefined;
    throw error;
  }
}

/** All tables that packets write to, without the times. */
function tables(director: TestDirector): unknown {
  const connections = (['connections4', 'connections6'] as const).flatMap((name) =>
    director.entriesOf(name).map(([key, { expires: _, ...entry }]) => [key, entry]),
  );
  const ways = (['replies4', 'replies6'] as const).flatMap((name) => director.entriesOf(name));
  return {
    connections: sorted(connections),
    ways: sorted(ways),
    services: [...director.registry.services.values()].map(({ record }) => record.u64('cursor')),
    realServers: [...director.registry.servers.values()].map(({ key, record }) => [
      key,
      record.u32('active'),
      record.u32('inactive'),
      record.u32('overloaded'),
    ]),
    counters: director.allCounters(),
    drops: director.drops(),
  };
}

const sorted = (entries: readonly unknown[]): string[] => entries.map(text).toSorted();

function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${text(part)}`)
    .join(', ');
}

describe.each(['xdp', 'tc'] as const)('the kernel and the interpreter at %s', (place) => {
  test('do the same with every length of every kind of packet', () => {
    for (const packet of wholePackets) {
      for (let length = shortest; length <= 200; length++) {
        const given = new Uint8Array(length);
        given.set(packet.subarray(0, length));
        agree(place, given);
      }
    }
    expect(tables(kernel)).toEqual(tables(interpreter));
  });

  test('do the same with packets that something has happened to', () => {
    fc.assert(
      fc.property(hostilePacket, (packet) => agree(place, packet)),
      { numRuns: fewer(10_000) },
    );
    expect(tables(kernel)).toEqual(tables(interpreter));
  });

  test('do the same with noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: shortest, maxLength: 200 }), (packet) =>
        agree(place, packet),
      ),
      { numRuns: fewer(2000) },
    );
  });
});
