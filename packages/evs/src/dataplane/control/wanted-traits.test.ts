import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RealServer, ServiceKey, VirtualService } from '../../director/model.ts';
import { AddressFilter } from './address-filter.ts';
import { featuresOf } from './features-of.ts';
import { TraitCounts } from './traits.ts';
import { WantedTraits } from './wanted-traits.ts';

const key: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
    address: fc.constantFrom('10.0.0.1', 'fd00::1'),
    port: fc.constantFrom(0, 21, 80),
  }),
  fc.record({
    kind: fc.constant('mark' as const),
    mark: fc.integer({ min: 1, max: 3 }),
    family: fc.constantFrom('ipv4', 'ipv6'),
  }),
);
const realServer: fc.Arbitrary<RealServer> = fc.record({
  address: fc.constantFrom('10.0.0.2', 'fd00::2'),
  port: fc.constant(80),
  method: fc.constantFrom('masquerading', 'gatewaying', 'tunneling'),
  weight: fc.constant(1),
  upperThreshold: fc.constantFrom(0, 5),
  lowerThreshold: fc.constant(0),
  tunnel: fc.record({
    type: fc.constantFrom('ipip', 'gue', 'gre'),
    port: fc.constant(6080),
    checksum: fc.constantFrom('none', 'checksum'),
  }),
});
const service: fc.Arbitrary<VirtualService> = fc.record({
  key,
  scheduler: fc.constantFrom('rr', 'wlc', 'sh', 'mh'),
  schedulerFlags: fc.constantFrom(0, 8, 16),
  onePacket: fc.boolean(),
  realServers: fc.array(realServer, { maxLength: 3 }),
});

const features = (wanted: TraitCounts) =>
  featuresOf(
    {
      wanted,
      slots: { traits: new TraitCounts(), servers: new Map() },
      markRules: [],
      knowsCalls: false,
    },
    { localClients: true, peers: true, settings: [] },
  );

test('what programs must do follows from the services alone, not from how they came to be', () => {
  const pool = fc.array(service, { minLength: 1, maxLength: 5 });
  const picks = fc.array(fc.array(fc.nat(4), { maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(pool, picks, (services, lists) => {
      const traits = new WantedTraits();
      for (const places of lists) {
        const wanted = places.flatMap((place) => services[place] ?? []);
        expect(features(traits.update(wanted))).toEqual(
          features(new WantedTraits().update(wanted)),
        );
      }
    }),
  );
});

test('an address is in the filter until the last who claimed it lets go', () => {
  const filter = new AddressFilter();
  const alone = new AddressFilter();
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.2']) filter.claim(address);
  alone.claim('10.0.0.2');

  filter.release('10.0.0.1');
  filter.release('10.0.0.2');
  const bits = [...filter.words].filter(([, word]) => word !== 0n);
  expect(bits).toEqual([...alone.words]);

  filter.release('10.0.0.2');
  expect([...filter.words.values()].every((word) => word === 0n)).toBe(true);
});
