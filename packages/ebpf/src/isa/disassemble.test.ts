import { expect, test } from 'vitest';
import { struct, u32 } from '../layout/index.ts';
import { arrayMap } from '../map/index.ts';
import {
  alu32,
  alu64,
  assemble,
  atomic,
  callFunction,
  callHelper,
  exit,
  functionReference,
  jump,
  jump32,
  load,
  mapReference,
  r,
  store,
  swap,
  wide,
} from './assembly.ts';
import { disassemble, disassembleAt } from './disassemble.ts';

const services = arrayMap({ name: 'services', value: struct('service', { id: u32 }), capacity: 1 });

test('disassemble() prints arithmetic, loads and stores as pseudo-C', () => {
  const program = assemble([
    alu64('mov', 2, r(1)),
    alu64('add', 2, -8),
    alu32('and', 2, 0xff00),
    alu32('neg', 3),
    alu64('arsh', 3, r(2)),
    swap('be', 3, 16),
    swap('le', 3, 64),
    wide(4, 0x1122334455667788n),
    load('u32', 2, 1, 0),
    store('u8', 10, -1, 7),
    store('u64', 10, -8, r(2)),
    atomic('u64', 'add', 1, 8, 2),
    atomic('u64', 'add', 1, 8, 2, true),
    atomic('u32', 'exchange', 1, 8, 2),
    atomic('u64', 'compareExchange', 10, -8, 2),
    exit(),
  ]);

  expect(disassemble(program)).toMatchInlineSnapshot(`
    "sample:
      r2 = r1
      r2 += -8
      w2 &= 0xff00
      w3 = -w3
      r3 s>>= r2
      r3 = be16 r3
      r3 = le64 r3
      r4 = 0x1122334455667788 ll
      r2 = *(u32 *)(r1 + 0)
      *(u8 *)(r10 - 1) = 7
      *(u64 *)(r10 - 8) = r2
      lock *(u64 *)(r1 + 8) += r2
      r2 = atomic64_fetch_add((u64 *)(r1 + 8), r2)
      r2 = atomic_xchg((u32 *)(r1 + 8), r2)
      r0 = atomic64_cmpxchg((u64 *)(r10 - 8), r0, r2)
      exit"
  `);
});

test('disassemble() names maps, functions, helpers and jump targets', () => {
  const program = assemble(
    [
      mapReference(1),
      mapReference(2, 'value'),
      functionReference(2, 7),
      jump('gt', 2, r(3), 2),
      jump32('set', 2, 16, -2),
      callHelper(1),
      jump('always', 0, 0, -1),
      callFunction(1),
      exit(),
      alu32('mov', 0, 2),
      jump('sle', 0, -1, -2),
      exit(),
    ],
    {
      relocations: [
        { at: 0, map: services, kind: 'map', offset: 0 },
        { at: 2, map: services, kind: 'value', offset: 4 },
      ],
      functions: [
        { name: 'sample', at: 0 },
        { name: 'callback', at: 12 },
      ],
    },
  );

  expect(disassemble(program)).toMatchInlineSnapshot(`
    "sample:
      r1 = map[services]
      r2 = map[services][0] + 4
      r2 = func[callback]
    L1:
      if r2 > r3 goto L2
      if w2 & 0x10 goto L1
      call map_lookup_elem
    L2:
      goto L2
      call callback
      exit

    callback:
    L1:
      w0 = 2
      if r0 s<= -1 goto L1
      exit"
  `);
  expect(disassembleAt(program, 6)).toBe('if r2 > r3 goto L2');
});

test('disassemble() says which opcode it does not know', () => {
  const odd = { opcode: 0xff, destination: 0, source: 0, offset: 0, immediate: 0 };

  expect(disassemble(assemble([odd]))).toContain('unknown opcode 0xff');
});
