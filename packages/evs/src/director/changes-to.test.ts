import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyCommand } from './apply-command.ts';
import { changesTo, type WantedService } from './changes-to.ts';
import type { Command } from './commands.ts';
import { initialState, type DirectorState, type RealServer, type ServiceKey } from './model.ts';

const run = (state: DirectorState, commands: readonly Command[]): DirectorState =>
  commands.reduce(applyCommand, state);
const key = (port: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address: '10.0.0.1',
  port,
});
const server = (last: number, weight = 1): RealServer => ({
  address: `10.0.0.${last}`,
  port: 80,
  method: 'gatewaying',
  weight,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
});
const wanted = (
  port: number,
  realServers: readonly RealServer[],
  scheduler = 'rr',
): WantedService => ({
  service: { key: key(port), scheduler, schedulerFlags: 0, onePacket: false },
  realServers,
});
const kinds = (commands: readonly Command[]): string[] => commands.map(({ kind }) => kind);

test('what is there already needs no command', () => {
  const services = [wanted(80, [server(2), server(3)]), wanted(81, [])];
  const state = run(initialState, changesTo(initialState, services));

  expect(changesTo(state, services)).toEqual([]);
});

test('only what differs is touched', () => {
  const state = run(
    initialState,
    changesTo(initialState, [wanted(80, [server(2), server(3)]), wanted(81, [server(2)])]),
  );

  const commands = changesTo(state, [
    wanted(80, [server(3, 5), server(4)]),
    wanted(81, [server(2)], 'wlc'),
  ]);

  expect(kinds(commands)).toEqual([
    'deleteRealServer',
    'editRealServer',
    'addRealServer',
    'editService',
  ]);
});

test("somebody else's services stay, those that are gone do not", () => {
  const state = run(
    initialState,
    changesTo(initialState, [wanted(80, []), wanted(81, []), wanted(82, [])]),
  );

  const after = run(state, changesTo(state, [wanted(82, [])], [key(81), key(99)]));

  expect(after.services.map((service) => service.key)).toEqual([key(80), key(82)]);
});

test('persistence that is added, changed and taken away is an edit', () => {
  const persistent = (timeoutSeconds: number): WantedService => {
    const plain = wanted(80, []);
    return {
      ...plain,
      service: { ...plain.service, persistence: { timeoutSeconds, mask: '255.255.255.255' } },
    };
  };
  let state = run(initialState, changesTo(initialState, [wanted(80, [])]));
  for (const next of [persistent(50), persistent(60), wanted(80, [])]) {
    const commands = changesTo(state, [next]);
    expect(kinds(commands)).toEqual(['editService']);
    state = run(state, commands);
    expect(changesTo(state, [next])).toEqual([]);
  }
});

test('carried out, the commands lead to what is wanted', () => {
  const anyServers = fc
    .uniqueArray(fc.integer({ min: 2, max: 6 }), { maxLength: 4 })
    .chain((lasts) =>
      fc.tuple(...lasts.map((last) => fc.nat(3).map((weight) => server(last, weight)))),
    );
  const anyServices = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 80, max: 83 }), anyServers, fc.constantFrom('rr', 'wlc')),
    { selector: ([port]) => port, maxLength: 4 },
  );
  fc.assert(
    fc.property(anyServices, anyServices, (first, second) => {
      const [before, after] = [first, second].map((services) =>
        services.map(([port, servers, scheduler]) => wanted(port, servers, scheduler)),
      ) as [WantedService[], WantedService[]];
      const state = run(initialState, changesTo(initialState, before));
      const next = run(
        state,
        changesTo(
          state,
          after,
          before
            .map(({ service }) => service.key)
            .filter(
              (one) =>
                !after.some(({ service }) => JSON.stringify(service.key) === JSON.stringify(one)),
            ),
        ),
      );

      expect(changesTo(next, after)).toEqual([]);
      expect(next.services).toHaveLength(after.length);
    }),
  );
});
