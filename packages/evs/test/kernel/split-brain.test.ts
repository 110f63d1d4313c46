import { TypeCompiler } from '@sinclair/typebox/compiler';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { VirtualRoutersSchema } from '../../src/api/virtual-routers.ts';
import { OurRouters } from '../interop/our-routers.ts';
import { cable, TestNamespace } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

/** Two directors and a client on a switch, and a cable between the directors beside it. */
const vip = '10.9.0.100';
let bridge: TestNamespace;
let hosts: Readonly<Record<'left' | 'right' | 'client', TestNamespace>>;
let left: OurRouters;
let right: OurRouters;

beforeAll(() => {
  buildPrograms();
});
beforeEach(() => {
  bridge = new TestNamespace('evsb');
  bridge.ip('link add br0 type bridge');
  bridge.ip('link set br0 up');
  hosts = { left: plug('left', 1), right: plug('right', 2), client: plug('client', 20) };
  cable(
    { namespace: hosts.left, device: 'eth1', address: '10.8.0.1/24' },
    { namespace: hosts.right, device: 'eth1', address: '10.8.0.2/24' },
  );
  left = new OurRouters(hosts.left);
  right = new OurRouters(hosts.right);
});
afterEach(async () => {
  await left.remove();
  await right.remove();
  for (const host of [...Object.values(hosts), bridge]) host[Symbol.dispose]();
});

function plug(port: string, number: number): TestNamespace {
  const host = new TestNamespace('evsh');
  const end = { namespace: host, device: 'eth0', address: `10.9.0.${number}/24` };
  cable(end, { namespace: bridge, device: port });
  bridge.ip(`link set ${port} master br0`);
  return host;
}

const configuration = (name: string, priority: number, peer: string): string => `global_defs {
  router_id ${name}
}
#evs: heartbeat ${peer} interval 0.2
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${vip}/24
  }
}
`;
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: patient(20_000), interval: 50 });
const holders = (): readonly boolean[] =>
  [hosts.left, hosts.right].map((host) => host.ip('address show').includes(` ${vip}/`));
const expectHolders = (expected: readonly boolean[]): Promise<void> =>
  eventually(() => {
    expect(holders()).toEqual(expected);
  });
/** Where the client believes the VIP to be, once it has asked. */
function macAtClient(): string {
  hosts.client.reaches(vip);
  return /lladdr (\S+)/.exec(hosts.client.ip(`neighbour show ${vip}`))?.[1] ?? '';
}

test('two active directors tell each other by the second way; healed, the winner announces its addresses', async () => {
  await left.start(configuration('LVS_YSY', 100, '10.8.0.2'));
  await right.start(configuration('LVS_SY', 50, '10.8.0.1'));
  await expectHolders([true, false]);
  await eventually(async () => {
    const { heartbeats } = await left.client.virtualRouters();
    expect(heartbeats).toMatchObject([{ peer: '10.8.0.2', director: 'LVS_SY', heard: true }]);
  });
  expect(left.words).not.toContain('Split brain');

  bridge.ip('link set left nomaster');
  await expectHolders([true, true]);
  await eventually(async () => {
    const { routers } = await left.client.virtualRouters();
    expect(routers).toMatchObject([{ state: 'active', splits: 1, rivals: ['LVS_SY'] }]);
  });
  await eventually(() => {
    expect(right.words).toContain('Split brain: LVS_YSY is active, too, with priority 100');
  });
  expect(macAtClient()).toBe(hosts.right.mac('eth0'));

  bridge.ip('link set left master br0');
  await expectHolders([true, false]);
  await eventually(() => {
    expect(left.words).toContain('the other one yields, and we announce our addresses again');
    expect(right.words).toContain('The split brain has ended: we are not active any more');
    expect(hosts.client.ip(`neighbour show ${vip}`)).toContain(hosts.left.mac('eth0'));
  });
  const after = await left.client.virtualRouters();
  expect(after.routers).toMatchObject([{ splits: 1, rivals: [] }]);
  expect(TypeCompiler.Compile(VirtualRoutersSchema).Check(after)).toBe(true);
});

test('a second way that falls silent is told of, and nothing else comes of it', async () => {
  await left.start(configuration('LVS_YSY', 100, '10.8.0.2'));
  await eventually(() => {
    expect(left.words).toContain('Nothing is heard of 10.8.0.2 by the second way');
  });
  await right.start(configuration('LVS_SY', 50, '10.8.0.1'));
  await eventually(() => {
    expect(left.words).toContain('LVS_SY is heard from 10.8.0.2 by the second way');
  });

  hosts.left.ip('link set eth1 down');
  await eventually(() => {
    expect(right.words).toContain('Nothing is heard of 10.8.0.1 by the second way');
  });
  expect(holders()).toEqual([true, false]);
  expect(left.words + right.words).not.toContain('Split brain');
});

test('without a second way, the loser’s last advertisement has the winner announce its addresses', async () => {
  const alone = (name: string, priority: number): string =>
    configuration(name, priority, '').replace(/^#evs.*$/m, '');
  await left.start(alone('LVS_YSY', 100));
  await right.start(alone('LVS_SY', 50));
  await expectHolders([true, false]);
  bridge.ip('link set left nomaster');
  await expectHolders([true, true]);
  expect(macAtClient()).toBe(hosts.right.mac('eth0'));

  bridge.ip('link set left master br0');
  await expectHolders([true, false]);
  await eventually(() => {
    expect(left.words).toContain('Lower priority 50');
    expect(hosts.client.ip(`neighbour show ${vip}`)).toContain(hosts.left.mac('eth0'));
  });
});
