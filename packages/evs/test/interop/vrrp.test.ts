import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { capture, withNetworkNamespace, type PacketSocket } from '../../src/linux/index.ts';
import { TestPair } from '../kernel/network.ts';
import { buildPrograms } from '../kernel/test-daemon.ts';
import { Keepalived, passwordBlock, vrrpInstance } from './keepalived.ts';
import { OurRouters } from './our-routers.ts';

const vip = '10.9.0.100';
let pair: TestPair;
let theirs: Keepalived;
let ours: OurRouters;
let ear: PacketSocket | undefined;
/** Frames that reached keepalived's end of the cable or left it. */
let frames: Buffer[];

beforeAll(() => {
  buildPrograms();
});
beforeEach(() => {
  pair = new TestPair();
  theirs = new Keepalived(pair.right);
  ours = new OurRouters(pair.left);
  frames = [];
  const ifindex = pair.right.ifindex('eth0');
  ear = withNetworkNamespace(pair.right.path, () =>
    capture(ifindex, (frame) => frames.push(Buffer.from(frame))),
  );
});
afterEach(async () => {
  ear?.[Symbol.dispose]();
  await ours.remove();
  await theirs.remove();
  pair[Symbol.dispose]();
});

const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 40_000, interval: 50 });
/** Who holds an address: us, them. */
const holders = (address: string): readonly boolean[] =>
  [pair.left, pair.right].map((side) => side.ip('address show').includes(` ${address}/`));
const active = (who: 'we' | 'they' | 'both', address = vip): Promise<void> =>
  eventually(() => {
    expect(holders(address)).toEqual([who !== 'they', who !== 'we']);
  });
/** Until keepalived has begun to listen, so that it does not take over while it starts. */
const theyListen = (): Promise<void> =>
  eventually(() => {
    expect(theirs.words).toContain('Entering BACKUP STATE');
  });
const weListen = (): Promise<void> =>
  eventually(() => {
    expect(ours.told()).toContain('BACKUP');
  });

/** What we have logged of states, in turn, as soon as it is so many: the address comes a moment before the word. */
async function said(count: number): Promise<readonly string[]> {
  await eventually(() => {
    expect(ours.told().length).toBeGreaterThanOrEqual(count);
  });
  return ours.told();
}

const ourInstance = (changes: Readonly<Record<string, string>> = {}, rest = ''): string =>
  vrrpInstance({ priority: '100', ...changes }, rest);
const quick = { version: '3', advert_int: '0.2' };

/** VRRP packets that were sent from a MAC address, without their IP headers, in hexadecimal. */
function advertisements(mac: string, family: 'ipv4' | 'ipv6' = 'ipv4'): readonly string[] {
  const source = mac.replaceAll(':', '');
  const [etherType, protocolAt, payloadAt] =
    family === 'ipv4' ? [0x0800, 23, 34] : [0x86dd, 20, 54];
  return frames
    .filter(
      (frame) =>
        frame.toString('hex', 6, 12) === source &&
        frame.readUInt16BE(12) === etherType &&
        frame[protocolAt] === 112,
    )
    .map((frame) => frame.toString('hex', payloadAt));
}

describe('version 2 with a password', () => {
  test('keepalived backs us up, and yields when we come back', async () => {
    const file = ourInstance({}, passwordBlock('1111'));
    await ours.start(file);
    await active('we');
    theirs.start(vrrpInstance({}, passwordBlock('1111')));
    await theyListen();
    await ours.end('SIGTERM');
    await active('they');
    await ours.start(file);
    await active('we');

    expect(await said(5)).toEqual(['BACKUP', 'MASTER', 'STOP', 'BACKUP', 'MASTER']);
    expect(theirs.words).toContain('Backup received priority 0 advertisement');
    // Captured from keepalived 2.2.7 with the same settings: one address, priorities 100 and 0.
    const sent = advertisements(pair.left.mac('eth0'));
    expect(new Set(sent.map((hex) => hex.slice(0, 12)))).toEqual(
      new Set(['213364010101', '213300010101']),
    );
    expect(sent[0]?.slice(16)).toBe('0a0900643131313100000000');
  });

  test('a wrong one is counted by both and changes nothing: both are active', async () => {
    await ours.start(ourInstance({}, passwordBlock('1111')));
    await active('we');
    theirs.start(vrrpInstance({ priority: '150' }, passwordBlock('2222')));

    await active('both');
    await eventually(() => {
      expect(ours.words).toContain('counts not: wrong password');
    });
    expect(theirs.words).toContain('received an invalid passwd');
    const { routers } = await ours.client.virtualRouters();
    expect(routers[0]?.rejected).toEqual({ 'wrong password': expect.any(Number) as number });
  });
});

describe('version 2 with an authentication header', () => {
  const header = (password: string): string =>
    passwordBlock(password).replace('auth_type PASS', 'auth_type AH');

  test('each takes over from the other, and hears that it comes back', async () => {
    const file = ourInstance({}, header('1111'));
    await ours.start(file);
    await active('we');
    theirs.start(vrrpInstance({}, header('1111')));
    await theyListen();
    await ours.end('SIGTERM');
    await active('they');
    await ours.start(file);
    await active('we');
    await ours.end('SIGKILL');
    await active('both');

    expect(theirs.words).toContain('Backup received priority 0 advertisement');
    expect(theirs.words).not.toContain('IPSEC-AH');
  });

  test('by unicast, with another password, both refuse to hear', async () => {
    await ours.start(ourInstance({}, `${header('1111')}\n  unicast_peer {\n    10.9.0.2\n  }`));
    await active('we');
    const peer = '  unicast_src_ip 10.9.0.2\n  unicast_peer {\n    10.9.0.1\n  }';
    theirs.start(vrrpInstance({ priority: '150' }, `${header('2222')}\n${peer}`));

    await active('both');
    await eventually(() => {
      expect(ours.words).toContain('counts not: wrong authentication header');
    });
    expect(theirs.words).toContain('IPSEC-AH');
  });
});

describe('version 3', () => {
  test('keepalived takes over when we are killed, and we, with our old address, begin as a backup', async () => {
    await ours.start(ourInstance(quick));
    await active('we');
    theirs.start(vrrpInstance(quick));
    await theyListen();
    await ours.end('SIGKILL');
    await active('both');
    await ours.start(ourInstance({ ...quick, nopreempt: '' }));
    await active('they');

    expect(await said(3)).toEqual(['BACKUP', 'MASTER', 'BACKUP']);
  });

  test('we yield to a higher priority, and take over when it stops', async () => {
    await ours.start(ourInstance(quick));
    await active('we');
    theirs.start(vrrpInstance({ ...quick, priority: '150' }));
    await active('they');
    await theirs.stop();
    await active('we');

    expect(await said(4)).toEqual(['BACKUP', 'MASTER', 'BACKUP', 'MASTER']);
  });

  test('told not to preempt, we do not; nor after keepalived has lived on', async () => {
    theirs.start(vrrpInstance(quick));
    await active('they');
    await ours.start(ourInstance({ ...quick, nopreempt: '' }));
    await weListen();
    const before = advertisements(pair.right.mac('eth0')).length;
    await eventually(() => {
      expect(advertisements(pair.right.mac('eth0')).length).toBeGreaterThan(before + 10);
    });

    expect(ours.told()).toEqual(['BACKUP']);
    expect(holders(vip)).toEqual([false, true]);
  });

  test('told not to preempt, keepalived does not preempt us either', async () => {
    await ours.start(ourInstance(quick));
    await active('we');
    theirs.start(vrrpInstance({ ...quick, priority: '150', nopreempt: '' }));
    await theyListen();
    const before = advertisements(pair.left.mac('eth0')).length;
    await eventually(() => {
      expect(advertisements(pair.left.mac('eth0')).length).toBeGreaterThan(before + 10);
    });

    expect(holders(vip)).toEqual([true, false]);
  });

  test('we wait for preempt_delay before we preempt', async () => {
    theirs.start(vrrpInstance(quick));
    await active('they');
    await ours.start(ourInstance({ ...quick, preempt_delay: '3' }));
    await weListen();
    const began = performance.now();
    await active('we');

    expect(performance.now() - began).toBeGreaterThan(2_500);
  });

  test('at equal priorities who is active stays so', async () => {
    await ours.start(ourInstance(quick));
    await active('we');
    theirs.start(vrrpInstance({ ...quick, priority: '100' }));
    await theyListen();
    const before = advertisements(pair.left.mac('eth0')).length;
    await eventually(() => {
      expect(advertisements(pair.left.mac('eth0')).length).toBeGreaterThan(before + 10);
    });

    expect(holders(vip)).toEqual([true, false]);
  });

  test('by unicast, each hears the other', async () => {
    theirs.start(
      vrrpInstance({ ...quick, priority: '150' }, '  unicast_peer {\n    10.9.0.1\n  }'),
    );
    await active('they');
    await ours.start(ourInstance(quick, '  unicast_peer {\n    10.9.0.2\n  }'));
    await weListen();
    await theirs.stop();
    await active('we');

    expect(await said(2)).toEqual(['BACKUP', 'MASTER']);
  });
});

test('over IPv6, keepalived yields to us and follows us, and hears our goodbye', async () => {
  const addresses = ['fe80::9:1/64', 'fd00::9/64'];
  theirs.start(vrrpInstance(quick, '', addresses));
  await active('they', 'fd00::9');
  await ours.start(vrrpInstance({ ...quick, priority: '100' }, '', addresses));
  await active('we', 'fd00::9');
  await ours.end('SIGTERM');
  await active('they', 'fd00::9');

  expect(theirs.words).toContain('Backup received priority 0 advertisement');
  const [one] = advertisements(pair.left.mac('eth0'), 'ipv6');
  expect(one?.slice(0, 12)).toBe('313364020014');
});

test('with virtual MAC addresses on both sides, neighbours see one and the same', async () => {
  await ours.start(ourInstance({ ...quick, use_vmac: '' }));
  await active('we');
  theirs.start(vrrpInstance({ ...quick, use_vmac: '' }));
  await theyListen();
  const mac = '00:00:5e:00:01:33';

  expect(pair.left.ip('link show vrrp.51')).toContain(mac);
  expect(advertisements(mac).length).toBeGreaterThan(0);
  await ours.end('SIGTERM');
  await active('they');
  expect(pair.left.ip('link show')).not.toContain('vrrp.51');
});
