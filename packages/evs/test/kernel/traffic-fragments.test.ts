import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrafficNetwork } from './traffic-network.ts';

const families = ['ipv4', 'ipv6'] as const;
const methods = ['masquerading', 'gatewaying', 'tunneling'] as const;
const hooks = ['tc', 'xdp-generic', 'xdp-native'] as const;
/** XDP in native mode comes last: it needs a switch that would slow the others down. */
const situations = hooks.flatMap((hook) =>
  families.flatMap((family) => methods.map((method) => ({ family, method, hook }))),
);

const network = new TrafficNetwork();
beforeAll(() => network.serve());
afterAll(() => network[Symbol.dispose]());

describe.each(situations)('$method over $family at $hook', ({ family, method, hook }) => {
  beforeAll(() => {
    if (hook === 'xdp-native') network.allowNativeXdp();
    network.balance({ family, method, hook });
  });

  test('datagrams of 4,000 bytes arrive and come back whole', () => {
    expect(network.echoBytes(family, 4000)).toMatch(/^rs[12]$/);

    expect(network.wrongChecksums()).toBe(0);
  });
});
