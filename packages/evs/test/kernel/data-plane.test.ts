import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { conversations } from '../fixtures/conversations.ts';
import { fragmented } from '../fixtures/fragmented.ts';
import { expectSteps } from '../fixtures/expect-steps.ts';
import { refusals } from '../fixtures/refusals.ts';
import { tcp } from '../fixtures/packets.ts';
import { arriving, configure, topologies } from '../fixtures/topology.ts';
import { untouched } from '../fixtures/untouched.ts';
import { KernelDirector } from './kernel-director.ts';

describe('a packet that concerns us', () => {
  const director = new KernelDirector();
  beforeEach(() => director.restart());
  afterAll(() => director[Symbol.dispose]());

  test.each([...conversations, ...fragmented, ...refusals])(
    '$name',
    ({ setup, ...conversation }) => {
      configure(director, setup);
      expect(director.connections()).toEqual([]);

      expectSteps(director, conversation);
    },
  );
});

describe('a packet that does not concern us', () => {
  const directors = { ipv4: new KernelDirector(), ipv6: new KernelDirector() };
  beforeAll(() => {
    const families = ['ipv4', 'ipv6'] as const;
    // All programs first, the listing's among them: assembling may take longer than a half-open connection lives.
    for (const family of families) {
      configure(directors[family], { family });
      for (const { packet } of untouched.filter((each) => each.family === family).slice(0, 1)) {
        for (const place of ['xdp', 'tc'] as const) directors[family].run(place, packet);
      }
      expect(directors[family].connections()).toEqual([]);
    }
    for (const family of families) {
      const { client, vip } = topologies[family];
      directors[family].run('xdp', arriving(tcp(client, vip)));
    }
  });
  afterAll(() => {
    for (const director of Object.values(directors)) director[Symbol.dispose]();
  });

  test.each(untouched)('passes as it is: $name', ({ family, packet }) => {
    const director = directors[family];

    for (const place of ['xdp', 'tc'] as const) {
      expect({ place, ...director.run(place, packet) }).toEqual({ place, verdict: 'pass', packet });
    }
    expect(director.countsOf(topologies[family].servers[0].address)).toMatchObject({
      connections: 1,
      inPackets: 1,
      outPackets: 0,
    });
    expect(director.connections()).toHaveLength(1);
  });
});
