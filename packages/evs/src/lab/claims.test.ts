import { expect, test } from 'vitest';
import { claimsFor } from './claims.ts';
import type { Hop } from './hop.ts';
import type { MethodObservation } from './result.ts';
import { readStatistics } from './result.ts';
import { service, type HostName } from './topology.ts';

const statistics = (
  inPackets: number,
  outPackets: number,
): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.37.189:8088                 4${String(inPackets).padStart(9)}${String(outPackets).padStart(9)}     3120        0
  -> 192.168.37.183:8088                 2       12        0     1560        0
`;

const hop = (from: HostName, to: HostName, more: Partial<Hop> = {}): Hop => ({
  from,
  to,
  sourceMac: '',
  destinationMac: '',
  source: '192.168.37.20:40000',
  destination: service,
  kind: 'request',
  ...more,
});
const answer = (from: HostName, to: HostName): Hop =>
  hop(from, to, { kind: 'answer', source: service, destination: '' });

const directRouting: MethodObservation = {
  method: 'dr',
  answers: { client: ['nginx-1', 'nginx-2'], remote: ['nginx-1', 'nginx-2'] },
  listing: '',
  statistics: statistics(24, 0),
  hops: {
    client: [hop('client', 'lvs-1'), hop('lvs-1', 'nginx-1'), answer('nginx-1', 'client')],
    remote: [
      hop('remote', 'router'),
      hop('router', 'lvs-1'),
      hop('lvs-1', 'nginx-2'),
      answer('nginx-2', 'router'),
      answer('router', 'remote'),
    ],
  },
};

const broken = (seen: MethodObservation): string[] =>
  claimsFor(seen)
    .filter(({ holds }) => !holds)
    .map((claim) => `${claim.claim}: ${claim.seen}`);

test('all holds for direct routing as it should be', () => {
  expect(broken(directRouting)).toEqual([]);
});

test('answers of one real server only are told', () => {
  const answers = { client: ['nginx-1', 'nginx-1'], remote: ['nginx-1', 'nginx-2'] };
  expect(broken({ ...directRouting, answers })).toEqual([
    'nginx-1 and nginx-2 answer client in turn: nginx-1 nginx-1',
  ]);
});

test('answers that pass the director are told', () => {
  expect(broken({ ...directRouting, statistics: statistics(24, 20) })).toEqual([
    'answers do not pass the director: 24 packets in, 20 out',
  ]);
});

test('direct routing that wraps packets is told', () => {
  const outer = { source: '192.168.37.181', destination: '192.168.37.183' };
  const client = [
    hop('client', 'lvs-1'),
    hop('lvs-1', 'nginx-1', { outer }),
    answer('nginx-1', 'client'),
  ];
  const seen = { ...directRouting, hops: { ...directRouting.hops, client } };
  expect(broken(seen)).toHaveLength(1);
  expect(broken({ ...seen, method: 'tun' })).toHaveLength(1); // only the remote client's is bare
});

test('readStatistics() reads the row of the service', () => {
  expect(readStatistics(statistics(24, 7), service)).toEqual({
    connections: 4,
    inPackets: 24,
    outPackets: 7,
  });
  expect(readStatistics('', service)).toBeUndefined();
});
