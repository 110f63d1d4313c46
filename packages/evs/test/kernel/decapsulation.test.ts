import { afterAll, expect, test } from 'vitest';
import { decapsulation } from '../../src/dataplane/decapsulation.ts';
import { loadProgram, testRun } from '../../src/linux/index.ts';
import { tunnelCases } from '../fixtures/tunnel-packets.ts';

const program = loadProgram(decapsulation());
afterAll(() => program[Symbol.dispose]());

test.each(tunnelCases)('$name', ({ packet, opened }) => {
  const result = testRun(program, packet);

  expect(result.verdict).toBe(-1);
  expect(result.packet).toEqual(opened);
});
