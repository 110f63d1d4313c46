import { expect, test } from 'vitest';
import fc from 'fast-check';
import { applyCommand } from './apply-command.ts';
import { initialState, type DirectorState, type ServiceKey } from './model.ts';
import { sameService } from './find-service.ts';
import { placeOf } from './service-places.ts';

const keyOf = (port: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address: '10.0.0.1',
  port,
});
const service = (port: number, scheduler: string) => ({
  key: keyOf(port),
  scheduler,
  schedulerFlags: 0,
  onePacket: false,
});

const searched = ({ services }: DirectorState, port: number): number =>
  services.findIndex(({ key }) => sameService(key, keyOf(port)));

test('services are found where they are, in every state that came from another', () => {
  const step = fc.tuple(
    fc.constantFrom('add', 'edit', 'delete', 'back'),
    fc.integer({ min: 1, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const states: DirectorState[] = [initialState];
      for (const [what, port] of steps) {
        const state = states.at(what === 'back' ? -port : -1) ?? initialState;
        states.push(tried(state, what, port));
        for (const one of states) {
          for (let wanted = 1; wanted <= 9; wanted += 1) {
            expect(placeOf(one.services, keyOf(wanted))).toBe(searched(one, wanted));
          }
        }
      }
    }),
  );
});

/** The state as it was if the command is refused. */
function tried(state: DirectorState, what: string, port: number): DirectorState {
  try {
    if (what === 'add') {
      return applyCommand(state, { kind: 'addService', service: service(port, 'rr') });
    }
    if (what === 'edit') {
      return applyCommand(state, { kind: 'editService', service: service(port, 'wlc') });
    }
    if (what === 'delete') return applyCommand(state, { kind: 'deleteService', key: keyOf(port) });
    return state;
  } catch {
    return state;
  }
}
