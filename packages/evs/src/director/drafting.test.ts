import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EvsError } from '../errors/index.ts';
import { applyCommand, Drafting } from './apply-command.ts';
import type { Command } from './commands.ts';
import { initialState, type DirectorState, type ServiceKey } from './model.ts';

const port = fc.integer({ min: 1, max: 9 });
const keyOf = (number: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address: '10.0.0.1',
  port: number,
});
const request = (number: number, scheduler: string) => ({
  key: keyOf(number),
  scheduler,
  schedulerFlags: 0,
  onePacket: false,
});
const command: fc.Arbitrary<Command> = fc.oneof(
  port.map((number) => ({ kind: 'addService', service: request(number, 'rr') }) as const),
  port.map((number) => ({ kind: 'editService', service: request(number, 'wlc') }) as const),
  port.map((number) => ({ kind: 'deleteService', key: keyOf(number) }) as const),
  port.map((number) => ({ kind: 'zero', key: keyOf(number) }) as const),
  fc.constant({ kind: 'clear' } as const),
);
const commands = fc.array(command, { maxLength: 20 });

/** What makes no use of earlier states. */
const copyOf = (state: DirectorState): DirectorState => ({
  ...state,
  services: [...state.services],
});

const together = (state: DirectorState, batch: readonly Command[]): DirectorState => {
  const drafting = new Drafting(state);
  for (const one of batch) unlessRefused(() => drafting.apply(one));
  return drafting.finish();
};
const oneByOne = (state: DirectorState, batch: readonly Command[]): DirectorState =>
  batch.reduce((now, one) => unlessRefused(() => applyCommand(copyOf(now), one)) ?? now, state);

function unlessRefused<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof EvsError) return undefined;
    throw error;
  }
}

test('commands come to the same together and one by one, from any state there ever was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(commands, fc.nat(5)), { maxLength: 12 }), (batches) => {
      const states: [DirectorState, DirectorState][] = [[initialState, initialState]];
      for (const [batch, back] of batches) {
        const [fast, plain] = states.at(-1 - back) ?? [initialState, initialState];
        states.push([together(fast, batch), oneByOne(plain, batch)]);
        for (const [one, other] of states) expect(one.services).toEqual(other.services);
      }
    }),
  );
});

test('a state that no command has changed is the same object still', () => {
  const state = applyCommand(initialState, { kind: 'addService', service: request(1, 'rr') });
  expect(together(state, [{ kind: 'zero' }, { kind: 'deleteService', key: keyOf(2) }])).toBe(state);
});
