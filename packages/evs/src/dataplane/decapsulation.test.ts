import { Machine } from '@evs/ebpf';
import { expect, test } from 'vitest';
import { tunnelCases } from '../../test/fixtures/tunnel-packets.ts';
import { decapsulation } from './decapsulation.ts';

const program = decapsulation();
const machine = new Machine(program);
const next = 0xffff_ffff;

test.each(tunnelCases)('$name', ({ packet, opened }) => {
  const result = machine.run(program, packet);

  expect(result.verdict).toBe(next);
  expect(result.packet).toEqual(opened);
});

test('a frame that is addressed to somebody else passes', () => {
  const packetOtherHost = 3;
  const [{ packet } = { packet: new Uint8Array() }] = tunnelCases;

  expect(machine.run(program, packet, { skb: { packetType: packetOtherHost } }).packet).toEqual(
    packet,
  );
});
