import { expect, test } from 'vitest';
import { calculate, programOf } from '../../test/calculate.ts';
import { disassemble } from '../isa/index.ts';
import { be16, be32, bytes, packed, struct, u32, u64, u8 } from '../layout/index.ts';
import { hashMap } from '../map/index.ts';
import { Machine } from '../vm/index.ts';
import { any, BuildError, xdp, XdpVerdict } from './index.ts';

const Ethernet = packed('ethernet', { destination: bytes(6), source: bytes(6), type: be16 });
const Ipv4 = packed('ipv4', { start: bytes(9), protocol: u8, rest: bytes(6), to: be32 });
const AddressKey = struct('address', { to: be32, protocol: u32 });
const Blocked = struct('blocked', { packets: u64 });
const blocked = hashMap({ name: 'blocked', key: AddressKey, value: Blocked, capacity: 16 });

const cut = (value: bigint): bigint => BigInt.asUintN(64, value);

const firewall = xdp('firewall', (b, packet) => {
  const headers = packet.window(0, 34).orReturn(XdpVerdict.pass);
  const [ethernet, ip] = [headers.view(Ethernet), headers.view(Ipv4, 14)];
  b.if(
    any(ethernet.get('type').ne(0x0800), () => ip.get('protocol').eq(1)),
    () => b.return(XdpVerdict.pass),
  );
  const key = { to: ip.get('to'), protocol: ip.get('protocol').to(u32) };
  const entry = b.lookup(blocked, key).orReturn(XdpVerdict.pass);
  entry.atomicAdd('packets', 1);
  return XdpVerdict.drop;
});

test('a program reads like its algorithm, and so do its instructions', () => {
  expect(disassemble(firewall)).toMatchInlineSnapshot(`
    "firewall:
      r2 = *(u32 *)(r1 + 0)
      r1 = *(u32 *)(r1 + 4)
      r0 = r2
      r0 += 34
      if r0 > r1 goto L1
      r0 = *(u16 *)(r2 + 12)
      if w0 != 8 goto L1
      r0 = *(u8 *)(r2 + 23)
      if w0 == 1 goto L1
      r1 = *(u32 *)(r2 + 30)
      *(u32 *)(r10 - 8) = r1
      *(u32 *)(r10 - 4) = r0
      r1 = map[blocked]
      r2 = r10
      r2 += -8
      call map_lookup_elem
      if r0 == 0 goto L1
      w1 = 1
      lock *(u64 *)(r0 + 0) += r1
      w0 = 1
      exit
    L1:
      w0 = 2
      exit"
  `);
});

test('a program does what it says', () => {
  const machine = new Machine(firewall);
  const packet = new Uint8Array(34);
  new DataView(packet.buffer).setUint16(12, 0x0800);
  packet.set([17], 23);
  packet.set([10, 0, 0, 1], 30);
  machine.map(blocked).set({ to: 0x0a00_0001, protocol: 17 }, { packets: 0n });

  expect(machine.run(firewall, packet).verdict).toBe(XdpVerdict.drop);
  expect(machine.map(blocked).get({ to: 0x0a00_0001, protocol: 17 })).toEqual({ packets: 1n });
});

test('instructions know which line asked for them, and in which step', () => {
  const program = programOf((b, n) => b.within('first step', () => n.set('a', n.get('b').add(1))));
  const origin = program.origins.find(({ path }) => path.length > 0);

  expect(origin?.path).toEqual(['first step']);
  expect(origin?.stack()).toContain('programs.test.ts');
  expect(program.origins.map(({ at }) => at)).toEqual(
    [...new Set(program.origins.map(({ at }) => at))].toSorted((a, b) => a - b),
  );
});

test('assembling does not disturb the limit of stack traces', () => {
  const before = Error.stackTraceLimit;
  programOf((_b, n) => n.set('a', 1));

  expect(Error.stackTraceLimit).toBe(before);
});

test('locals that are not needed at the same time share the stack', () => {
  const Large = struct(
    'large',
    Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`f${i}`, u64])),
  );
  const program = programOf((b, n) => {
    for (let round = 0; round < 8; round += 1) {
      const large = b.local(Large);
      b.helper(999, large);
      n.set('a', n.get('a').add(large.load(u64, 0)));
    }
  });

  expect(program.stackBytes).toBeLessThanOrEqual(160);
});

test('a stack that the kernel would refuse is refused', () => {
  const Large = struct(
    'large',
    Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`f${i}`, u64])),
  );
  const tooMuch = (): unknown =>
    programOf((b) => {
      const all = [b.local(Large), b.local(Large), b.local(Large)];
      for (const local of [...all, ...all]) b.helper(999, local);
    });

  expect(tooMuch).toThrow(BuildError);
  expect(tooMuch).toThrow('the stack would take 768 bytes, the kernel allows 512');
});

test('more values than registers go to the stack and come back', () => {
  const { result } = calculate(
    (b, n) => {
      const values = Array.from({ length: 24 }, (_, i) =>
        n
          .get('a')
          .mul(i + 3)
          .xor(i * 77),
      );
      b.ktimeNs();
      const sum = values.reduce((left, right) => left.mul(31).add(right));
      n.set(
        'result',
        values.reduceRight((left, right, i) => left.xor(right.shl(i)), sum),
      );
    },
    { a: 7n },
  );

  const values = Array.from({ length: 24 }, (_, i) => (7n * BigInt(i + 3)) ^ BigInt(i * 77));
  const sum = values.reduce((left, right) => cut(left * 31n + right));
  expect(result).toBe(values.reduceRight((left, right, i) => left ^ cut(right << BigInt(i)), sum));
});
