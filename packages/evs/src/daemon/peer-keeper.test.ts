import { expect, test, vi } from 'vitest';
import { FakeDataPlane, FakeNetwork, silentLog } from './fakes.ts';
import { PeerKeeper } from './peer-keeper.ts';

function keeperOf(...peers: number[]) {
  const network = new FakeNetwork();
  const plane = new FakeDataPlane();
  network.peerSet = new Set(peers);
  return { network, plane, keeper: new PeerKeeper({ network, plane, log: silentLog }) };
}

test('what an earlier daemon told is replaced, even by nothing', () => {
  const { plane, keeper } = keeperOf();
  plane.setPeers(new Set([7]));

  keeper.topologyChanged();

  expect(plane.peers).toEqual(new Set());
});

test('a device with an egress program keeps its frames, until the program is gone', () => {
  const { network, plane, keeper } = keeperOf(2, 3);
  network.egressPrograms.add(3);

  keeper.topologyChanged();
  expect(plane.peers).toEqual(new Set([2]));

  network.egressPrograms.clear();
  keeper.check();
  expect(plane.peers).toEqual(new Set([2, 3]));
});

test('the data plane is told changes only', () => {
  const { network, plane, keeper } = keeperOf(2);
  keeper.topologyChanged();
  const tell = vi.spyOn(plane, 'setPeers');

  keeper.check();
  keeper.topologyChanged();
  expect(tell).not.toHaveBeenCalled();

  network.peerSet = new Set([4]);
  keeper.topologyChanged();
  expect(tell).toHaveBeenCalledExactlyOnceWith(new Set([4]));
});
