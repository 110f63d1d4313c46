import { describe, expect, test } from 'vitest';
import {
  alu32,
  alu64,
  assemble,
  callFunction,
  callHelper,
  exit,
  functionReference,
  jump,
  load,
  mapReference,
  r,
  store,
  swap,
  wide,
} from '../isa/assembly.ts';
import { struct, u32, u64 } from '../layout/index.ts';
import { arrayMap, hashMap } from '../map/index.ts';
import { MachineFault } from './machine-fault.ts';
import { Machine } from './machine.ts';

const packet = Uint8Array.from({ length: 20 }, (_, index) => index);
const counters = arrayMap({ name: 'counters', value: struct('counter', { n: u64 }), capacity: 2 });
const flows = hashMap({
  name: 'flows',
  key: struct('flow', { id: u32 }),
  value: struct('state', { n: u64 }),
  capacity: 2,
});

const verdictOf = (...code: Parameters<typeof assemble>[0]): number => {
  const program = assemble([...code, exit()]);
  return new Machine(program).run(program, packet).verdict;
};

/** Runs code and returns the fault it ends in. */
const faultOf = (...code: Parameters<typeof assemble>[0]): MachineFault => {
  try {
    verdictOf(...code);
  } catch (error) {
    if (error instanceof MachineFault) return error;
    throw error;
  }
  throw new Error('no fault');
};

describe('a run', () => {
  test('ends with the lower half of register 0, unsigned', () => {
    expect(verdictOf(alu64('mov', 0, -1))).toBe(0xffff_ffff);
  });

  test('reads the packet through the pointers of the context and counts instructions', () => {
    const program = assemble([
      load('u32', 2, 1, 0),
      load('u32', 3, 1, 4),
      alu64('mov', 0, 0),
      alu64('mov', 4, r(2)),
      alu64('add', 4, 4),
      jump('gt', 4, r(3), 2),
      load('u16', 0, 2, 2),
      swap('be', 0, 16),
      exit(),
    ]);

    expect(new Machine(program).run(program, packet)).toMatchObject({
      verdict: 0x0203,
      instructions: 9,
    });
  });

  test('changes a copy of the packet', () => {
    const program = assemble([
      load('u32', 2, 1, 0),
      store('u16', 2, 0, 0x1234),
      alu64('mov', 0, 2),
      exit(),
    ]);
    const result = new Machine(program).run(program, packet);

    expect([...result.packet.subarray(0, 3)]).toEqual([0x34, 0x12, 2]);
    expect(packet[0]).toBe(0);
  });

  test('calls functions with registers 6 to 9 and a stack of their own', () => {
    expect(
      verdictOf(
        alu64('mov', 6, 40),
        store('u64', 10, -8, 1),
        alu64('mov', 1, 1),
        callFunction(3),
        load('u64', 1, 10, -8),
        alu64('add', 0, r(6)),
        exit(),
        alu64('mov', 6, 7),
        store('u64', 10, -8, 5),
        alu64('mov', 0, r(1)),
        alu64('add', 0, 1),
      ),
    ).toBe(42);
  });

  test('shares maps with control code', () => {
    const program = assemble(
      [
        store('u32', 10, -4, 1),
        mapReference(1),
        alu64('mov', 2, r(10)),
        alu64('add', 2, -4),
        callHelper(1),
        jump('eq', 0, 0, 3),
        load('u64', 1, 0, 0),
        alu64('add', 1, 1),
        store('u64', 0, 0, r(1)),
        alu64('mov', 0, 2),
        exit(),
      ],
      { relocations: [{ at: 1, map: counters, kind: 'map', offset: 0 }] },
    );
    const machine = new Machine(program);
    machine.map(counters).set({ index: 1 }, { n: 41n });
    machine.run(program, packet);

    expect([...machine.map(counters).entries()]).toEqual([
      [{ index: 0 }, { n: 0n }],
      [{ index: 1 }, { n: 42n }],
    ]);
  });

  test('reaches the first value of an array without a look-up', () => {
    const program = assemble(
      [mapReference(1, 'value'), store('u32', 1, 0, 7), alu64('mov', 0, 2), exit()],
      { relocations: [{ at: 0, map: counters, kind: 'value', offset: 4 }] },
    );
    const machine = new Machine(program);
    machine.run(program, packet);

    expect(machine.map(counters).get({ index: 0 })).toEqual({ n: 7n << 32n });
  });

  test('lets bpf_loop call back until the callback says stop', () => {
    expect(
      verdictOf(
        store('u64', 10, -8, 0),
        alu64('mov', 1, 100),
        functionReference(2, 7),
        alu64('mov', 3, r(10)),
        alu64('add', 3, -8),
        alu64('mov', 4, 0),
        callHelper(181),
        load('u64', 0, 10, -8),
        exit(),
        load('u64', 3, 2, 0),
        alu64('add', 3, r(1)),
        store('u64', 2, 0, r(3)),
        alu64('mov', 0, 0),
        jump('ne', 1, 4, 1),
        alu64('mov', 0, 1),
      ),
    ).toBe(10);
  });

  test('lets bpf_for_each_map_elem delete entries while it visits them', () => {
    const program = assemble(
      [
        mapReference(1),
        functionReference(2, 5),
        alu64('mov', 3, 0),
        alu64('mov', 4, 0),
        callHelper(164),
        exit(),
        callHelper(3),
        alu64('mov', 0, 0),
        exit(),
      ],
      { relocations: [{ at: 0, map: flows, kind: 'map', offset: 0 }] },
    );
    const machine = new Machine(program);
    machine.map(flows).set({ id: 1 }, { n: 1n });
    machine.map(flows).set({ id: 2 }, { n: 2n });

    expect(machine.run(program, packet).verdict).toBe(2);
    expect([...machine.map(flows).entries()]).toEqual([]);
  });

  test('of a SYSCALL program works on the context in place', () => {
    const program = assemble(
      [
        load('u64', 0, 1, 0),
        alu64('mul', 0, 3),
        store('u64', 1, 8, r(0)),
        alu64('mov', 0, 0),
        exit(),
      ],
      { kind: 'syscall', contextBytes: 16 },
    );
    const { result, context } = new Machine(program).runSyscall(
      program,
      new Uint8Array(new BigUint64Array([14n, 0n]).buffer),
    );

    expect(result).toBe(0);
    expect(new BigUint64Array(context.buffer)).toEqual(new BigUint64Array([14n, 42n]));
  });
});

describe('a fault', () => {
  test('names the instruction, what it did and where it comes from', () => {
    const program = assemble([load('u32', 2, 1, 0), load('u8', 0, 2, 20), exit()], {
      name: 'evs_director',
      origins: [
        {
          at: 0,
          stack: () =>
            'at get (/x/packages/ebpf/src/program/value.ts:3:1)\nat find (director.ts:8:2)',
          path: ['evs_director', 'find_service'],
        },
      ],
    });

    expect(() => new Machine(program).run(program, packet)).toThrow(
      'Cannot run evs_director: read of 1 byte at packet + 20, which has 20 bytes, in instruction 1, r0 = *(u8 *)(r2 + 20) (evs_director › find_service › find (director.ts:8:2))',
    );
  });

  test.each([
    [
      'a register that holds nothing',
      [alu64('mov', 0, r(3))],
      'register r3 is read before it is written',
    ],
    [
      'a stack byte that holds nothing',
      [load('u64', 0, 10, -16)],
      'stack byte r10 - 16 is read before',
    ],
    ['the stack beyond its end', [store('u64', 10, -520, 1)], 'stack - 8, which has 512 bytes'],
    ['a null pointer', [alu64('mov', 2, 0), load('u8', 0, 2, 0)], 'through a null pointer'],
    [
      'a number that is no pointer',
      [wide(2, 0x1234_5678_9abcn), load('u8', 0, 2, 0)],
      'at a plain number, 20015998343868',
    ],
    ['a context field that is none', [load('u8', 0, 1, 0)], 'read of 1 bytes at byte 0 of xdp_md'],
    ['the context of XDP, to write', [store('u32', 1, 16, 1)], 'xdp_md cannot be written'],
    ['an unknown helper', [callHelper(9999)], 'has no helper helper#9999'],
    [
      'an instruction of a later instruction set',
      [{ ...alu64('mov', 1, r(1)), opcode: 0xef }],
      'unknown opcode 0xef is not',
    ],
  ])('stops a program that touches %s', (_, code, message) => {
    expect(faultOf(...code).message).toContain(message);
  });

  test('stops a program that reads registers which a call has clobbered', () => {
    expect(faultOf(callHelper(5), alu64('mov', 0, r(1))).message).toContain('register r1');
  });

  test('stops a program that uses a pointer from before the packet changed', () => {
    const fault = faultOf(
      load('u32', 6, 1, 0),
      alu64('mov', 2, -4),
      callHelper(44),
      load('u8', 0, 6, 0),
    );

    expect(fault.message).toContain('from before the packet changed');
    expect(fault.at).toBe(3);
  });

  test('stops a program that never ends', () => {
    const program = assemble([jump('always', 0, 0, -1)]);

    expect(() => new Machine(program, { instructionLimit: 100 }).run(program, packet)).toThrow(
      'more than 100 instructions',
    );
  });

  test('stops calls nested too deep', () => {
    const program = assemble([alu32('mov', 0, 0), callFunction(-2), exit()]);

    expect(() => new Machine(program).run(program, packet)).toThrow('more than 8 nested calls');
  });
});
