import { expect, test } from 'vitest';
import { tcp } from '../../../test/fixtures/packets.ts';
import { arriving, configure, topologies } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const { client, vip } = topologies.ipv4;

test('ICMP errors beyond the rate are not sent, and their packets are dropped and counted', () => {
  const director = new VmDirector();
  configure(director, { weights: [0], icmpErrors: true });
  director.limitIcmpErrors(1_000_000n);

  const verdicts = Array.from(
    { length: 60 },
    (_, index) =>
      director.run('xdp', arriving(tcp({ ...client, port: 1024 + index }, vip))).verdict,
  );

  // The interpreter's clock stands still: a burst is all there is.
  expect(verdicts.filter((verdict) => verdict === 'transmit')).toHaveLength(51);
  expect(verdicts.slice(51)).toEqual(Array(9).fill('drop'));
  expect(director.drops()).toEqual({ 'no real server available': 60 });
});

test('path MTU discovery works beyond the rate', () => {
  const director = new VmDirector();
  configure(director, { mtu: 1400 });

  const payload = new Uint8Array(1361);
  const { verdict } = director.run('tc', arriving(tcp(client, vip, { payload })));

  expect(verdict).toBe('redirect');
});

test('an aggregate of segments that fit is no long packet', () => {
  const director = new VmDirector();
  configure(director, { mtu: 1500 });
  const aggregate = arriving(tcp(client, vip, { payload: new Uint8Array(4000) }));
  const run = (gsoSize: number): string =>
    director.run('tc', aggregate, 1, { gsoSize }).packet[23] === 6 ? 'forwarded' : 'refused';

  expect([1460, 1461].map(run)).toEqual(['forwarded', 'refused']);
});
