import { expect, test } from 'vitest';
import { decapsulation } from '../../src/dataplane/decapsulation.ts';
import { loadProgram, testRun } from '../../src/linux/index.ts';
import { tunnelCases } from '../fixtures/tunnel-packets.ts';

test.each(tunnelCases)('$name', ({ packet, opened }) => {
  using program = loadProgram(decapsulation());

  const result = testRun(program, packet);

  expect(result.verdict).toBe(-1);
  expect(result.packet).toEqual(opened);
});
