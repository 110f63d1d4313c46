import { beforeAll, describe, expect, test } from 'vitest';
import { conversations } from '../../../test/fixtures/conversations.ts';
import { fragmented } from '../../../test/fixtures/fragmented.ts';
import { expectSteps } from '../../../test/fixtures/expect-steps.ts';
import { refusals } from '../../../test/fixtures/refusals.ts';
import { tcp } from '../../../test/fixtures/packets.ts';
import { arriving, configure, topologies } from '../../../test/fixtures/topology.ts';
import { untouched } from '../../../test/fixtures/untouched.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

describe('a packet that concerns us', () => {
  test.each([...conversations, ...fragmented, ...refusals])(
    '$name',
    ({ setup, ...conversation }) => {
      const director = new VmDirector();
      configure(director, setup);

      expectSteps(director, conversation);
    },
  );
});

describe('a packet that does not concern us', () => {
  const directors = { ipv4: new VmDirector(), ipv6: new VmDirector() };
  beforeAll(() => {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const { client, vip } = topologies[family];
      configure(directors[family], { family });
      directors[family].run('xdp', arriving(tcp(client, vip)));
    }
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
