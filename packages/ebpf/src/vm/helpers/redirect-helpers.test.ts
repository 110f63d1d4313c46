import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, mapReference, r, store } from '../../isa/assembly.ts';
import { deviceMap } from '../../map/index.ts';
import type { Program } from '../../program/program.ts';
import { Machine, type MachineOptions, type RunResult } from '../machine.ts';

const run = (program: Program, options: MachineOptions = {}): RunResult =>
  new Machine(program, options).run(program, new Uint8Array(14));
const plain = (kind: 'xdp' | 'tc', flags: number, helper = 23): Program =>
  assemble([alu64('mov', 1, 7), alu64('mov', 2, flags), callHelper(helper), exit()], { kind });

describe('bpf_redirect', () => {
  test('says where to, with the verdict of its kind of program', () => {
    expect(run(plain('xdp', 0))).toMatchObject({ verdict: 4, redirect: { ifindex: 7, flags: 0 } });
    expect(run(plain('tc', 1))).toMatchObject({ verdict: 7, redirect: { ifindex: 7, flags: 1 } });
  });

  test('refuses flags', () => {
    expect(run(plain('xdp', 1)).verdict).toBe(0);
    expect(run(plain('tc', 2)).verdict).toBe(2);
    expect(run(plain('tc', 2)).redirect).toBeUndefined();
  });
});

test('bpf_redirect_peer goes to the other end', () => {
  expect(run(plain('tc', 0, 155)).redirect).toEqual({ ifindex: 7, flags: 0, peer: true });
});

describe('bpf_redirect_neigh', () => {
  const program = assemble(
    [
      store('u64', 10, -24, 2),
      store('u64', 10, -16, 0),
      store('u64', 10, -8, 0),
      store('u32', 10, -20, 0x0a0b0c0d),
      alu64('mov', 1, 7),
      alu64('mov', 2, r(10)),
      alu64('add', 2, -24),
      alu64('mov', 3, 20),
      alu64('mov', 4, 0),
      callHelper(152),
      exit(),
    ],
    { kind: 'tc' },
  );

  test('names the next hop', () => {
    expect(run(program)).toMatchObject({
      verdict: 7,
      redirect: { ifindex: 7, neighbour: new Uint8Array([0x0d, 0x0c, 0x0b, 0x0a]) },
    });
  });
});

describe('bpf_redirect_map', () => {
  const devices = deviceMap({ name: 'devices', capacity: 4 });
  const program = assemble(
    [mapReference(1), alu64('mov', 2, 3), alu64('mov', 3, 2), callHelper(51), exit()],
    { relocations: [{ at: 0, map: devices, kind: 'map', offset: 0 }] },
  );

  test('sends to the interface in the map', () => {
    const machine = new Machine(program);
    machine.map(devices).set({ index: 3 }, { index: 9 });

    expect(machine.run(program, new Uint8Array(14))).toMatchObject({
      verdict: 4,
      redirect: { ifindex: 9 },
    });
  });

  test('returns its flags if there is none', () => {
    expect(run(program)).toMatchObject({ verdict: 2 });
  });
});

test('bpf_fib_lookup asks the environment', () => {
  const program = assemble(
    [
      ...Array.from({ length: 8 }, (_, index) => store('u64', 10, -64 + index * 8, index)),
      alu64('mov', 2, r(10)),
      alu64('add', 2, -64),
      alu64('mov', 3, 64),
      alu64('mov', 4, 4),
      callHelper(69),
      exit(),
    ],
    { kind: 'tc' },
  );
  const asked: unknown[] = [];
  const result = run(program, {
    routeLookup: (parameters, flags) => {
      asked.push(parameters[8], flags);
      return 7;
    },
  });

  expect(result.verdict).toBe(7);
  expect(asked).toEqual([1, 4]);
});
