import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  currentNetworkNamespace,
  Rtnetlink,
  watchRtnetlink,
  withNetworkNamespace,
  type RtnetlinkEvent,
} from '../../src/linux/index.ts';
import { eventually, TestPair } from './network.ts';

let pair: TestPair;
let rtnetlink: Rtnetlink;
let eth0 = 0;

beforeAll(() => {
  pair = new TestPair();
  pair.left.ip('addr add fd00:9::1/64 dev eth0 nodad');
  pair.right.ip('addr add fd00:9::2/64 dev eth0 nodad');
  rtnetlink = withNetworkNamespace(pair.left.path, () => new Rtnetlink());
  eth0 = pair.left.ifindex('eth0');
});
afterAll(() => {
  rtnetlink[Symbol.dispose]();
  pair[Symbol.dispose]();
});

test('links() tells name, state, hardware address and kind', () => {
  const links = rtnetlink.links();
  const loopback = links.find(({ name }) => name === 'lo');
  const veth = links.find(({ name }) => name === 'eth0');

  expect(loopback).toMatchObject({ loopback: true, up: true, ethernet: false, kind: undefined });
  expect(veth).toMatchObject({
    index: eth0,
    up: true,
    running: true,
    mtu: 1500,
    ethernet: true,
    kind: 'veth',
    master: undefined,
    parentDevice: undefined,
    qdisc: 'noqueue',
    xdp: undefined,
  });
  expect(
    Buffer.from(veth?.mac ?? [])
      .toString('hex')
      .replaceAll(/..(?!$)/g, '$&:'),
  ).toBe(pair.left.mac('eth0'));
});

test('links() tells the bridge of a port', () => {
  pair.left.ip('link add br0 type bridge');
  pair.left.ip('link add v0 type veth peer name v1');
  pair.left.ip('link set v0 master br0');

  const links = rtnetlink.links();
  const bridge = links.find(({ name }) => name === 'br0');

  expect(bridge?.kind).toBe('bridge');
  expect(links.find(({ name }) => name === 'v0')?.master).toBe(bridge?.index);
  pair.left.ip('link del v0');
  pair.left.ip('link del br0');
});

test('addresses() lists both families', () => {
  const mine = rtnetlink.addresses().filter(({ ifindex }) => ifindex === eth0);

  expect(mine).toContainEqual({
    ifindex: eth0,
    address: '10.9.0.1',
    prefixLength: 24,
    scope: 0,
    secondary: false,
    tentative: false,
    deprecated: false,
  });
  expect(mine.map(({ address }) => address)).toContain('fd00:9::1');
});

test.each([
  { address: '10.9.0.77', prefixLength: 32, label: 'eth0:vip' },
  { address: 'fd00:9::77', prefixLength: 128, noDetection: true, deprecated: true },
])('addAddress() and removeAddress() of $address', (wanted) => {
  rtnetlink.addAddress({ ifindex: eth0, ...wanted });
  expect(rtnetlink.addresses()).toContainEqual(
    expect.objectContaining({
      address: wanted.address,
      prefixLength: wanted.prefixLength,
      tentative: false,
      deprecated: wanted.deprecated === true,
    }),
  );

  rtnetlink.removeAddress({ ifindex: eth0, ...wanted });
  expect(rtnetlink.addresses().map(({ address }) => address)).not.toContain(wanted.address);
});

test('an address that is there already is refused with the kernel’s words', () => {
  expect(() =>
    rtnetlink.addAddress({ ifindex: eth0, address: '10.9.0.1', prefixLength: 24 }),
  ).toThrow(/^Cannot add address 10\.9\.0\.1\/24 to interface \d+: EEXIST/);
});

test('a device that does not exist is E_NO_DEVICE', () => {
  expect(() =>
    rtnetlink.addAddress({ ifindex: 9999, address: '10.9.9.9', prefixLength: 24 }),
  ).toThrow(expect.objectContaining({ code: 'E_NO_DEVICE' }));
});

test('routeTo() follows connected, gateway, mtu and local routes', () => {
  pair.left.ip('route add 10.20.0.0/16 via 10.9.0.2 mtu 1400');
  pair.left.ip('route add blackhole 10.30.0.0/16');
  pair.left.ip('route add unreachable 10.31.0.0/16');
  pair.left.ip('route add prohibit 10.32.0.0/16');

  expect(rtnetlink.routeTo('10.9.0.2')).toEqual({
    ifindex: eth0,
    gateway: undefined,
    source: '10.9.0.1',
    mtu: undefined,
    type: 'unicast',
  });
  expect(rtnetlink.routeTo('10.20.1.1')).toMatchObject({ gateway: '10.9.0.2', mtu: 1400 });
  expect(rtnetlink.routeTo('10.9.0.1')).toMatchObject({ type: 'local' });
  expect(rtnetlink.routeTo('fd00:9::5')).toMatchObject({ ifindex: eth0, source: 'fd00:9::1' });
  const unreachable = ['10.30.0.1', '10.31.0.1', '10.32.0.1', '99.9.9.9', 'fd77::1'];
  expect(unreachable.filter((address) => rtnetlink.routeTo(address) !== undefined)).toEqual([]);
});

test('routes() lists what was added', () => {
  pair.left.ip('route add 10.21.0.0/16 via 10.9.0.2 metric 7');

  expect(rtnetlink.routes()).toContainEqual({
    ifindex: eth0,
    gateway: '10.9.0.2',
    source: undefined,
    mtu: undefined,
    destination: '10.21.0.0',
    prefixLength: 16,
    family: 'ipv4',
    table: 254,
    priority: 7,
    type: 'unicast',
  });
});

test.each(['10.9.0.2', 'fd00:9::2'])(
  'resolveNeighbour() of %s brings an event and an entry',
  async (address) => {
    const events: RtnetlinkEvent[] = [];
    const watch = withNetworkNamespace(pair.left.path, () =>
      watchRtnetlink({ neighbours: true }, (event) => events.push(event)),
    );

    rtnetlink.resolveNeighbour(eth0, address);
    const found = await eventually(() =>
      events
        .flatMap((event) => (event.kind === 'neighbour' ? [event.neighbour] : []))
        .find((neighbour) => neighbour.address === address && neighbour.mac !== undefined),
    );

    watch[Symbol.dispose]();
    expect(found.ifindex).toBe(eth0);
    expect(rtnetlink.neighbours()).toContainEqual(
      expect.objectContaining({ address, mac: found.mac }),
    );
  },
);

test('a neighbour that does not exist is tried', () => {
  rtnetlink.resolveNeighbour(eth0, '10.9.0.200');

  expect(rtnetlink.neighbours()).toContainEqual({
    ifindex: eth0,
    address: '10.9.0.200',
    mac: undefined,
    state: 'incomplete',
  });
});

test('watchRtnetlink() tells of links, addresses and routes that come and go', async () => {
  const events: RtnetlinkEvent[] = [];
  const watch = withNetworkNamespace(pair.left.path, () =>
    watchRtnetlink({ links: true, addresses: true, routes: true }, (event) => events.push(event)),
  );

  pair.left.ip('link add w0 type veth peer name w1');
  pair.left.ip('link set w0 up');
  pair.left.ip('addr add 10.55.0.1/24 dev w0');
  pair.left.ip('link del w0');

  const gone = await eventually(() =>
    events.find((event) => event.kind === 'link' && event.removed && event.link.name === 'w0'),
  );
  watch[Symbol.dispose]();
  expect(gone).toBeDefined();
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'address',
      removed: false,
      address: expect.objectContaining({ address: '10.55.0.1' }),
    }),
  );
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'route',
      route: expect.objectContaining({ destination: '10.55.0.0' }),
    }),
  );
});

test('currentNetworkNamespace() differs between namespaces and agrees within one', () => {
  const here = currentNetworkNamespace();
  const left = withNetworkNamespace(pair.left.path, currentNetworkNamespace);

  expect(left).toEqual(withNetworkNamespace(pair.left.path, currentNetworkNamespace));
  expect(left.inode).not.toBe(here.inode);
  expect(left.cookie).not.toBe(here.cookie);
  expect(currentNetworkNamespace()).toEqual(here);
});

test('withNetworkNamespace() comes back after an exception', () => {
  const here = currentNetworkNamespace();

  expect(() =>
    withNetworkNamespace(pair.left.path, () => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(currentNetworkNamespace()).toEqual(here);
});
