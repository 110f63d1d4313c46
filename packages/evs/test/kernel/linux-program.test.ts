import { fileURLToPath } from 'node:url';
import { arrayMap, struct, u32, xdp } from '@evs/ebpf';
import { expect, test } from 'vitest';
import {
  createMap,
  loadProgram,
  runSyscallProgram,
  testRun,
  VerifierError,
} from '../../src/linux/index.ts';
import { run } from './network.ts';
import { exit, handMade, instruction, mapReference, move, verdict } from './hand-made.ts';

const frame = new Uint8Array(64).fill(1);

test.each(['xdp', 'tc'] as const)('testRun() runs an %s program on a packet', (kind) => {
  using program = loadProgram(verdict(kind, 'test_verdict', 2));

  const result = testRun(program, frame, { repeat: 100 });

  expect(result.verdict).toBe(2);
  expect(result.packet).toEqual(frame);
  expect(program.id).toBeGreaterThan(0);
});

test('a negative verdict stays negative', () => {
  using program = loadProgram(verdict('tc', 'test_next', -1));

  expect(testRun(program, frame).verdict).toBe(-1);
});

test('runSyscallProgram() passes a context in and out', () => {
  using program = loadProgram(
    handMade({
      kind: 'syscall',
      name: 'test_call',
      instructions: [
        instruction(0x61, 2, 1, 0, 0), // r2 = *(u32 *)(r1 + 0)
        instruction(0x07, 2, 0, 0, 5), // r2 += 5
        instruction(0x63, 1, 2, 4, 0), // *(u32 *)(r1 + 4) = r2
        move(0, 3),
        exit,
      ],
      contextBytes: 8,
    }),
  );
  const context = new Uint8Array(8);
  context[0] = 37;

  const { result, context: after } = runSyscallProgram(program, context);

  expect(result).toBe(3);
  expect(after[4]).toBe(42);
});

test('a program reads its array directly, at an offset in the value', () => {
  const definition = arrayMap({
    name: 'test_static',
    value: struct('pair', { a: u32, b: u32 }),
    capacity: 1,
  });
  using map = createMap(definition);
  map.set({ index: 0 }, { a: 11, b: 22 });
  using program = loadProgram(
    handMade({
      kind: 'xdp',
      name: 'test_value',
      instructions: [...mapReference(1), instruction(0x61, 0, 1, 0, 0), exit],
      maps: [[0, definition, 'value', 4]],
    }),
    new Map([[definition, map]]),
  );

  expect(testRun(program, frame).verdict).toBe(22);
});

test('a missing map is named', () => {
  const definition = arrayMap({
    name: 'test_absent',
    value: struct('one', { a: u32 }),
    capacity: 1,
  });
  const program = handMade({
    kind: 'xdp',
    name: 'test_lacks',
    instructions: [...mapReference(1), move(0, 2), exit],
    maps: [[0, definition]],
  });

  expect(() => loadProgram(program, new Map())).toThrow(
    'Program test_lacks needs map test_absent, which was not given',
  );
});

test('a refused program tells which instruction and why', () => {
  const bad = handMade({
    kind: 'xdp',
    name: 'test_bad',
    instructions: [move(0, 2), instruction(0x61, 0, 5, 0, 0), exit],
  });

  const load = (): unknown => loadProgram(bad);

  expect(load).toThrow(VerifierError);
  expect(load).toThrow('Cannot load program test_bad: R5 !read_ok (instruction 1)');
});

const ringBufferSubmit = 132;

test('a refused program names the TypeScript line that made the instruction', () => {
  const bad = xdp('test_line', (b, packet) => {
    const length = packet.length();
    b.helper(ringBufferSubmit, length, 0); // the culprit: a number is no record
    return 2;
  });

  const error = thrownBy(() => loadProgram(bad));

  expect(error).toBeInstanceOf(VerifierError);
  expect(error).toMatchObject({
    code: 'E_VERIFIER',
    location: {
      file: fileURLToPath(import.meta.url),
      text: expect.stringContaining('the culprit'),
    },
  });
  expect((error as VerifierError).message).toMatch(
    /^Cannot load program test_line: .* \(instruction \d+\), made by .*linux-program\.test\.ts:\d+: /,
  );
});

test('bpftool shows the TypeScript lines of a loaded program', () => {
  const program = xdp('test_linum', (b, packet) => {
    const length = packet.length(); // measure it
    return b.select(length.gt(100), u32, 1, 2);
  });
  using loaded = loadProgram(program);

  const dump = run('bpftool', 'prog', 'dump', 'xlated', 'id', String(loaded.id), 'linum');

  expect(dump).toContain('const length = packet.length(); // measure it');
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
