import { expect, test } from 'vitest';
import { printVirtualRouters } from './print-virtual-routers.ts';

const router = {
  name: 'VI_1',
  interface: 'ens33',
  virtualRouterId: 51,
  state: 'active' as const,
  faults: [],
  priority: 100,
  sent: 12,
  received: 3,
  rejected: {},
  splits: 0,
  rivals: [],
};

test('virtual routers are listed with what they refused, their faults and their rivals', () => {
  const routers = [
    { ...router, rejected: { 'wrong password': 7 }, splits: 2, rivals: ['LVS_SY'] },
    { ...router, name: 'VI_2', state: 'fault' as const, faults: ['interface eth1'], sent: 0 },
  ];
  const way = { peer: '10.8.0.2', sent: 5, received: 4, refused: 0 };
  const heartbeats = [
    { ...way, director: 'LVS_SY', heard: true },
    { ...way, received: 0, refused: 1, heard: false },
  ];

  const session = { name: 'gw', neighbour: '10.9.0.2', state: 'up' as const, diagnostic: 0 };
  const bfd = [{ ...session, transmitMs: 50, sent: 9, received: 8 }];

  expect(printVirtualRouters({ routers, heartbeats, bfd })).toMatchInlineSnapshot(`
    "VI_1  active, priority 100  (router 51 on ens33)
      advertisements: 12 sent, 3 heard
      refused: 7 × wrong password
      split brain: LVS_SY is active, too
      split brains: 2
    VI_2  fault, priority 100  (router 51 on ens33)
      fault: interface eth1
      advertisements: 0 sent, 3 heard
    heartbeat with LVS_SY at 10.8.0.2  heard: 5 sent, 4 heard
    heartbeat with 10.8.0.2  silent: 5 sent, 0 heard, 1 refused
    bfd gw with 10.9.0.2  up: 9 sent, 8 heard, a packet every 50 ms
    "
  `);
});

test('without any, that is said', () => {
  expect(printVirtualRouters({ routers: [], heartbeats: [], bfd: [] })).toBe(
    'There is no virtual router\n',
  );
});
