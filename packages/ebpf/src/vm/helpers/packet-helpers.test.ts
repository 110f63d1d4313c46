import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, load, r, store } from '../../isa/assembly.ts';
import type { Instruction } from '../../program/program.ts';
import { Machine } from '../machine.ts';

const ipv4 = Uint8Array.from({ length: 40 }, (_, index) => index);
ipv4.set([0x08, 0x00], 12);

/** Calls a helper with the context and up to four more arguments; its result and the packet afterwards. */
function call(
  kind: 'xdp' | 'tc',
  helper: number,
  parameters: readonly number[],
  before: readonly Instruction[] = [],
): { result: number; packet: Uint8Array } {
  const program = assemble(
    [
      ...before,
      ...parameters.map((value, index) => alu64('mov', index + 2, value)),
      callHelper(helper),
      exit(),
    ],
    { kind },
  );
  const { verdict, packet } = new Machine(program).run(program, ipv4);
  return { result: verdict | 0, packet };
}

describe('bpf_xdp_adjust_head', () => {
  test('grows the packet in front with zeros', () => {
    const { result, packet } = call('xdp', 44, [-20]);

    expect(result).toBe(0);
    expect(packet).toEqual(new Uint8Array([...new Uint8Array(20), ...ipv4]));
  });

  test('cuts off the front', () => {
    expect(call('xdp', 44, [20]).packet).toEqual(ipv4.slice(20));
  });

  test.each([-217, 27])('refuses to move by %i', (distance) => {
    expect(call('xdp', 44, [distance])).toEqual({ result: -22, packet: ipv4 });
  });

  test('brings back what it cut off', () => {
    const program = assemble([
      alu64('mov', 6, r(1)),
      alu64('mov', 2, 10),
      callHelper(44),
      alu64('mov', 1, r(6)),
      alu64('mov', 2, -12),
      callHelper(44),
      exit(),
    ]);

    expect(new Machine(program).run(program, ipv4).packet).toEqual(new Uint8Array([0, 0, ...ipv4]));
  });
});

describe('bpf_xdp_adjust_tail', () => {
  test('grows the packet with zeros, or trims it', () => {
    expect(call('xdp', 65, [2]).packet).toEqual(new Uint8Array([...ipv4, 0, 0]));
    expect(call('xdp', 65, [-2]).packet).toEqual(ipv4.slice(0, -2));
  });

  test.each([-27, 3500])('refuses to change the length by %i', (distance) => {
    expect(call('xdp', 65, [distance]).result).toBe(-22);
  });
});

describe('bpf_skb_adjust_room', () => {
  const macMode = 1;

  test('makes room for an outer header behind the Ethernet header', () => {
    const { result, packet } = call('tc', 50, [20, macMode, 2]);

    expect(result).toBe(0);
    expect(packet).toEqual(
      new Uint8Array([...ipv4.slice(0, 14), ...new Uint8Array(20), ...ipv4.slice(14)]),
    );
  });

  test('makes room behind the network header', () => {
    expect(call('tc', 50, [4, 0, 0]).packet.slice(32, 40)).toEqual(
      new Uint8Array([32, 33, 0, 0, 0, 0, 34, 35]),
    );
  });

  test('takes a header away', () => {
    expect(call('tc', 50, [-4, macMode, 0]).packet).toEqual(
      new Uint8Array([...ipv4.slice(0, 14), ...ipv4.slice(18)]),
    );
  });

  test.each([
    ['an unknown mode', [4, 2, 0], -524],
    ['an unknown flag', [4, 1, 0x1000], -22],
    ['to leave less than a network header', [-8, 1, 0], -524],
    ['both families at once', [20, 1, 6], -22],
    ['to encapsulate by taking away', [-4, 1, 2], -22],
    ['more than 4095 bytes', [4096, 1, 0], -14],
  ])('refuses %s', (_, parameters, result) => {
    expect(call('tc', 50, parameters).result).toBe(result);
  });

  test('encapsulates only once', () => {
    const program = assemble(
      [
        alu64('mov', 6, r(1)),
        ...[20, 1, 2].map((value, index) => alu64('mov', index + 2, value)),
        callHelper(50),
        alu64('mov', 1, r(6)),
        ...[20, 1, 2].map((value, index) => alu64('mov', index + 2, value)),
        callHelper(50),
        exit(),
      ],
      { kind: 'tc' },
    );

    expect(new Machine(program).run(program, ipv4).verdict | 0).toBe(-114);
  });
});

describe('bpf_skb_store_bytes', () => {
  const prepared = [store('u32', 10, -4, 0x04030201), alu64('mov', 3, r(10)), alu64('add', 3, -4)];
  const storeAt = (offset: number, flags = 0): { result: number; packet: Uint8Array } => {
    const program = assemble(
      [
        ...prepared,
        alu64('mov', 2, offset),
        alu64('mov', 4, 4),
        alu64('mov', 5, flags),
        callHelper(9),
        exit(),
      ],
      { kind: 'tc' },
    );
    const { verdict, packet } = new Machine(program).run(program, ipv4);
    return { result: verdict | 0, packet };
  };

  test('writes bytes of the stack into the packet', () => {
    expect(storeAt(30).packet.slice(29, 35)).toEqual(new Uint8Array([29, 1, 2, 3, 4, 34]));
  });

  test('refuses what does not fit, and unknown flags', () => {
    expect(storeAt(37).result).toBe(-14);
    expect(storeAt(30, 4).result).toBe(-22);
  });
});

describe('bpf_skb_change_tail', () => {
  test('grows the packet with zeros, or trims it', () => {
    expect(call('tc', 38, [42, 0]).packet).toEqual(new Uint8Array([...ipv4, 0, 0]));
    expect(call('tc', 38, [20, 0]).packet).toEqual(ipv4.slice(0, 20));
    expect(call('tc', 38, [13, 0]).result).toBe(-22);
  });
});

describe('bpf_skb_pull_data', () => {
  test('has nothing to do, and refuses more than there is', () => {
    expect(call('tc', 39, [40]).result).toBe(0);
    expect(call('tc', 39, [41]).result).toBe(-12);
  });
});

test('a helper of the other kind of program is a fault', () => {
  expect(() => call('xdp', 39, [1])).toThrow('argument 1 is not the context of a tc program');
});

describe.each([
  ['bpf_skb_load_bytes', 'tc', 26],
  ['bpf_xdp_load_bytes', 'xdp', 189],
] as const)('%s', (_, kind, helper) => {
  /** Copies 4 bytes to the stack; the helper's result if it fails, else the bytes as a number. */
  const loaded = (offset: number): number => {
    const program = assemble(
      [
        store('u32', 10, -4, 0),
        alu64('mov', 2, offset),
        alu64('mov', 3, r(10)),
        alu64('add', 3, -4),
        alu64('mov', 4, 4),
        callHelper(helper),
        alu64('mov', 1, r(0)),
        load('u32', 0, 10, -4),
        alu64('add', 0, r(1)),
        exit(),
      ],
      { kind },
    );
    return new Machine(program).run(program, ipv4).verdict | 0;
  };

  test('copies a part of the packet', () => {
    expect(loaded(20)).toBe(0x17161514);
  });

  test('refuses what is not all there', () => {
    expect(loaded(37)).toBe(kind === 'tc' ? -14 : -22);
  });
});
