import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withNetworkNamespace } from '../../src/linux/index.ts';
import {
  Ipv4Segment,
  systemClock,
  VirtualRouterHost,
  type NotifiedState,
  type VirtualRouter,
} from '../../src/vrrp/index.ts';
import { virtualRouter } from '../fixtures/virtual-routers.ts';
import { TestPair } from '../kernel/network.ts';
import { Keepalived, passwordBlock, vrrpInstance } from './keepalived.ts';

const vip = '10.9.0.100';
let pair: TestPair;
let theirs: Keepalived;
let ours: VirtualRouterHost | undefined;
let told: NotifiedState[];

beforeEach(() => {
  pair = new TestPair();
  theirs = new Keepalived(pair.right);
  told = [];
});
afterEach(async () => {
  ours?.[Symbol.dispose]();
  ours = undefined;
  await theirs.remove();
  pair[Symbol.dispose]();
});

function startOurs(changes: Partial<VirtualRouter> = {}): VirtualRouterHost {
  const config = virtualRouter({ interface: 'eth0', ...changes });
  const mac = Uint8Array.from(pair.left.mac('eth0').split(':'), (part) =>
    Number.parseInt(part, 16),
  );
  const segment = withNetworkNamespace(
    pair.left.path,
    () =>
      new Ipv4Segment({
        ifindex: pair.left.ifindex('eth0'),
        device: 'eth0',
        mac,
        virtualRouterId: config.virtualRouterId,
        primaryAddress: '10.9.0.1',
        addresses: [{ address: vip, prefixLength: 24 }],
        unicast: config.unicastPeers.length > 0,
      }),
  );
  const observer = {
    notify: (_: string, state: NotifiedState) => told.push(state),
    log: () => undefined,
  };
  ours = new VirtualRouterHost(config, { segment, clock: systemClock, observer });
  ours.start();
  return ours;
}

const weHoldIt = (): boolean => pair.left.ip('address show dev eth0').includes(vip);
const theyHoldIt = (): boolean => pair.right.ip('address show dev eth0').includes(vip);
const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 50 });
const weAreActive = (): Promise<void> =>
  eventually(() => {
    expect([weHoldIt(), theyHoldIt()]).toEqual([true, false]);
  });
const theyAreActive = (): Promise<void> =>
  eventually(() => {
    expect([weHoldIt(), theyHoldIt()]).toEqual([false, true]);
  });
/** Until keepalived has heard one of ours, so that it does not take over while it starts. */
const theyListen = (): Promise<void> =>
  eventually(() => {
    expect(theirs.words).toContain('Entering BACKUP STATE');
  });

test('version 2 with a password: keepalived backs us up, and yields when we come back', async () => {
  const config = { password: '1111' };
  const first = startOurs(config);
  await weAreActive();
  theirs.start(vrrpInstance({}, passwordBlock('1111')));
  await theyListen();

  first.stop();
  await theyAreActive();
  first[Symbol.dispose]();
  startOurs(config);
  await weAreActive();

  expect(told).toEqual(['BACKUP', 'MASTER', 'STOP', 'BACKUP', 'MASTER']);
  expect(theirs.words).toContain('Backup received priority 0 advertisement');
});

const quick = { version: 3, advertiseIntervalMs: 100 } as const;
const theirsQuick = { version: '3', advert_int: '0.1' };

test('version 3: keepalived takes over when we fall silent', async () => {
  const first = startOurs(quick);
  await weAreActive();
  theirs.start(vrrpInstance(theirsQuick));
  await theyListen();

  first[Symbol.dispose]();
  await eventually(() => {
    expect(theyHoldIt()).toBe(true);
  });
});

test('version 3: we yield to a keepalived of higher priority, and take over when it stops', async () => {
  startOurs(quick);
  await weAreActive();

  theirs.start(vrrpInstance({ ...theirsQuick, priority: '150' }));
  await theyAreActive();
  await theirs.stop();
  await weAreActive();

  expect(told).toEqual(['BACKUP', 'MASTER', 'BACKUP', 'MASTER']);
});

test('we do not preempt a keepalived of lower priority if told not to', async () => {
  theirs.start(vrrpInstance(theirsQuick));
  await theyAreActive();

  const host = startOurs({ ...quick, preempt: false });
  await eventually(() => {
    expect(host.status.received).toBeGreaterThan(10);
  });

  expect(told).toEqual(['BACKUP']);
  expect(theyHoldIt()).toBe(true);
});

test('by unicast, each hears the other', async () => {
  theirs.start(
    vrrpInstance({ ...theirsQuick, priority: '150' }, '  unicast_peer {\n    10.9.0.1\n  }'),
  );
  await theyAreActive();

  const host = startOurs({ ...quick, unicastPeers: [{ address: '10.9.0.2' }] });
  await eventually(() => {
    expect(host.status.received).toBeGreaterThan(5);
  });
  await theirs.stop();
  await weAreActive();

  expect(told).toEqual(['BACKUP', 'MASTER']);
});

test('a wrong password is counted and changes nothing: both are active', async () => {
  const host = startOurs({ password: '1111' });
  await weAreActive();
  theirs.start(vrrpInstance({ priority: '150' }, passwordBlock('2222')));

  await eventually(() => {
    expect([weHoldIt(), theyHoldIt()]).toEqual([true, true]);
    expect(host.status.rejected['wrong password']).toBeGreaterThan(0);
  });
  expect(theirs.words).toContain('received an invalid passwd');
});
