import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KernelNetwork } from '../../src/daemon/kernel-network.ts';
import type { NetworkEvent } from '../../src/daemon/ports.ts';
import {
  attachClsact,
  attachTcx,
  attachXdp,
  loadProgram,
  Rtnetlink,
  supportsTcx,
  withNetworkNamespace,
} from '../../src/linux/index.ts';
import { verdict } from './hand-made.ts';
import { cable, eventually, TestNamespace } from './network.ts';

let director: TestNamespace;
let server: TestNamespace;
let network: KernelNetwork;
let eth0: number;

beforeEach(() => {
  director = new TestNamespace('evsp');
  server = new TestNamespace('evsq');
  cable(
    { namespace: director, device: 'eth0', address: '10.9.0.1/24' },
    { namespace: server, device: 'eth0', address: '10.9.0.2/24' },
  );
  network = withNetworkNamespace(director.path, () => new KernelNetwork());
  eth0 = director.ifindex('eth0');
});
afterEach(() => {
  network[Symbol.dispose]();
  director[Symbol.dispose]();
  server[Symbol.dispose]();
});

const peers = (): number[] => [...network.peers()];
const hasEgressProgram = (): boolean =>
  withNetworkNamespace(director.path, () => network.hasEgressProgram(eth0));

test('a veth device has a peer for us while the other end is up in another namespace', () => {
  expect(peers()).toEqual([eth0]);

  server.ip('link set eth0 down');
  expect(peers()).toEqual([]);
});

test('two ends in one namespace are no peers for us', () => {
  director.ip('link add v0 type veth peer name v1');
  director.ip('link set v0 up');
  director.ip('link set v1 up');

  expect(peers()).toEqual([eth0]);
});

test('a device whose other end comes to live with it tells so, and has no peer any more', async () => {
  const told = vi.fn<(event: NetworkEvent) => void>();
  const watch = withNetworkNamespace(director.path, () => network.watch(told));

  server.ip(`link set eth0 netns ${director.name} name eth9`);
  director.ip('link set eth9 up');

  await eventually(() => told.mock.calls.find(([event]) => event.kind === 'topology'));
  watch[Symbol.dispose]();
  expect(peers()).toEqual([]);
});

test('a queue keeps its frames, and tells of itself', async () => {
  const told = vi.fn<(event: NetworkEvent) => void>();
  const watch = withNetworkNamespace(director.path, () => network.watch(told));

  director.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'pfifo');

  expect(peers()).toEqual([]);
  await eventually(() => told.mock.calls.find(([event]) => event.kind === 'topology'));
  watch[Symbol.dispose]();
  director.run('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
  expect(peers()).toEqual([eth0]);
});

test('an egress filter keeps its frames; one at ingress does not matter', () => {
  withNetworkNamespace(director.path, () => {
    using netlink = new Rtnetlink();
    using program = loadProgram(verdict('tc', 'test_next', 0));
    attachClsact(netlink, program, eth0, 'ingress', 'test_in');
    expect(peers()).toEqual([eth0]);

    const filter = attachClsact(netlink, program, eth0, 'egress', 'test_out');
    expect(peers()).toEqual([]);
    filter.detach();
  });

  expect(peers()).toEqual([eth0]);
});

test('an egress program on a link is found', ({ skip }) => {
  skip(!supportsTcx(), 'this kernel has no tcx links');
  using program = loadProgram(verdict('tc', 'test_next', 0));
  const attach = (direction: 'ingress' | 'egress') =>
    withNetworkNamespace(director.path, () => attachTcx(program, eth0, direction));

  const other = attach('ingress');
  expect(hasEgressProgram()).toBe(false);

  const link = attach('egress');
  expect(hasEgressProgram()).toBe(true);

  link.detach();
  expect(hasEgressProgram()).toBe(false);
  other.detach();
});

test('the other end’s XDP program gets its frames: in the driver only if they are sent', async () => {
  using program = loadProgram(verdict('xdp', 'test_pass', 2));
  const attach = (mode: 'native' | 'generic') =>
    withNetworkNamespace(server.path, () => attachXdp(program, server.ifindex('eth0'), mode));

  const generic = attach('generic');
  expect(peers()).toEqual([eth0]);
  generic.detach();

  const told = vi.fn<(event: NetworkEvent) => void>();
  const watch = withNetworkNamespace(director.path, () => network.watch(told));
  const native = attach('native');
  expect(peers()).toEqual([]);
  await eventually(() => told.mock.calls.find(([event]) => event.kind === 'topology'));
  native.detach();
  watch[Symbol.dispose]();
  expect(peers()).toEqual([eth0]);
});
