import { StatementGenerator } from './generate-statement.ts';
import { Random } from './random.ts';
import { emptyScope } from './scope.ts';
import type { GeneratedProgram, Subprogram } from './syntax.ts';

/** The program that belongs to a seed. */
export function generateProgram(seed: number): GeneratedProgram {
  const random = new Random(seed);
  const hook = random.once(3) ? 'tc' : 'xdp';
  const subprograms: Subprogram[] = [];
  for (let index = random.below(3); index > 0; index--) {
    const generator = new StatementGenerator(random, undefined, 40, 10_000 * (index + 1));
    subprograms.push(generator.subprogram(`function_${index}`, [...subprograms]));
  }
  const generator = new StatementGenerator(random, hook, 140);
  const { body, last } = generator.block({ ...emptyScope, subprograms }, 4 + random.below(14));
  return { seed, hook, body, verdict: generator.result(last) };
}

/** A packet for a program: mostly IPv4 by its Ethertype, of any length that the kernel's test run takes. */
export function generatePacket(random: Random, minimum: number): Uint8Array {
  const packet = Uint8Array.from({ length: minimum + random.below(90) }, () =>
    random.once(3) ? 0 : random.below(256),
  );
  if (!random.once(4)) packet.set([0x08, 0x00], 12);
  return packet;
}
