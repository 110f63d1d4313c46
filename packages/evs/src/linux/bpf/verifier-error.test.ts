import type { Program } from '@evs/ebpf';
import { expect, test } from 'vitest';
import { VerifierError } from './verifier-error.ts';

const program: Program = {
  kind: 'xdp',
  name: 'evs_director',
  license: 'Dual MIT/GPL',
  instructions: [],
  relocations: [],
  functions: [],
  origins: [
    { at: 0, stack: () => '    at first (/src/first.ts:1:1)', path: ['evs_director'] },
    { at: 4, stack: () => '    at second (/src/second.ts:20:3)', path: ['evs_director', 'find'] },
  ],
  maps: [],
  stackBytes: 0,
  contextBytes: 0,
};

test('the last sentence of the log is the reason, the last instruction the place', () => {
  const error = new VerifierError(
    program,
    [
      'func#0 @0',
      '0: R1=ctx() R10=fp0',
      '; const flow = parse(packet) @ first.ts:1',
      '0: (61) r2 = *(u32 *)(r1 +4)',
      '5: (71) r0 = *(u8 *)(r2 +14)         ; R0_w=scalar()',
      'invalid access to packet, off=14 size=1, R2(id=0,off=14,r=0)',
      'R2 offset is outside of the packet',
      'processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0',
    ],
    undefined,
  );

  expect(error.message).toBe(
    'Cannot load program evs_director: R2 offset is outside of the packet (instruction 5), made by /src/second.ts:20',
  );
  expect(error).toMatchObject({
    code: 'E_VERIFIER',
    instruction: 5,
    path: ['evs_director', 'find'],
    location: { file: '/src/second.ts', line: 20, column: 3 },
  });
});

test('a log that names no instruction still gives the reason', () => {
  const error = new VerifierError(program, ['unreachable insn 7'], undefined);

  expect(error.message).toBe('Cannot load program evs_director: unreachable insn 7');
  expect(error.location).toBeUndefined();
});
