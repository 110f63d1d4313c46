import { ringBuffer, struct, u32, u64, xdp, type Infer } from '@evs/ebpf';
import { expect, test } from 'vitest';
import { createMap, loadProgram, RingBufferReader, testRun } from '../../src/linux/index.ts';
import { eventually } from './network.ts';

const definition = ringBuffer({ name: 'test_events', sizeBytes: 4096 });
const Event = struct('event', { length: u32, answer: u32, stamp: u64 });
const emitter = xdp('test_emit', (b, packet) => {
  b.emit(definition, b.local(Event, { length: packet.length(), answer: 42, stamp: 7n }));
  return 2;
});

test('records come out in order, also around the end of the buffer', () => {
  using map = createMap(definition);
  using program = loadProgram(emitter, new Map([[definition, map]]));
  using reader = new RingBufferReader(map);
  const events: Infer<typeof Event>[] = [];

  for (let length = 64; length < 1064; length++) {
    testRun(program, new Uint8Array(length));
    if (length % 100 === 0) {
      reader.drain((record) => events.push(Event.decode(record)));
    }
  }
  reader.drain((record) => events.push(Event.decode(record)));

  expect(events.every(({ answer, stamp }) => answer === 42 && stamp === 7n)).toBe(true);
  expect(events.map(({ length }) => length)).toEqual(
    Array.from({ length: 1000 }, (_, index) => index + 64),
  );
});

test('watch() calls back when a record comes, and no more once it is disposed of', async () => {
  using map = createMap(definition);
  using program = loadProgram(emitter, new Map([[definition, map]]));
  const reader = new RingBufferReader(map);
  const lengths: number[] = [];
  reader.watch((record) => lengths.push(Event.decode(record).length));

  testRun(program, new Uint8Array(100));
  expect(await eventually(() => lengths[0])).toBe(100);

  reader[Symbol.dispose]();
  testRun(program, new Uint8Array(200));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(lengths).toEqual([100]);
});
