import { describe, expect, test } from 'vitest';
import type { Command, ServiceRequest } from '../../../director/index.ts';
import { frame, tcp, udp, type Endpoint } from '../../../../test/fixtures/packets.ts';
import { readFrame } from '../../../../test/fixtures/read-packet.ts';
import {
  addServer,
  deleteServer,
  editServer,
  realServer,
  serviceKey,
} from '../../../../test/fixtures/test-director.ts';
import {
  arriving,
  configure,
  fromServer,
  resolveServers,
  topologies,
  type Setup,
} from '../../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../../test/fixtures/vm-director.ts';

const { vip, servers } = topologies.ipv4;
const [first, second, third] = servers;
const key = serviceKey(vip);

const persistent = (
  timeoutSeconds: number,
  mask: string | number = 32,
): Partial<ServiceRequest> => ({
  persistence: { timeoutSeconds, mask },
});
const host = (address: string, port = 40_000): Endpoint => ({ address, port });

/** A director in the interpreter with a persistent service and all three real servers. */
function director(setup: Setup = {}): VmDirector {
  const made = new VmDirector();
  configure(made, { servers: 3, service: persistent(360), ...setup });
  return made;
}

/** Which real server a client's new connection gets; undefined: none. */
let ports = 1024;
function connect(to: VmDirector, from: string, at: Endpoint = vip): string | undefined {
  const protocol = at.port === 5060 ? udp : tcp;
  const outcome = to.run('xdp', arriving(protocol(host(from, ports++), at)));
  return outcome.verdict === 'transmit'
    ? readFrame(outcome.packet).ip?.destination
    : outcome.verdict;
}

const template = (client: string, server: Endpoint, rest: object = {}): object => ({
  protocol: 'tcp',
  state: 'NONE',
  expiresInSeconds: 360,
  client: host(client, 0),
  virtual: vip,
  destination: server,
  ...rest,
});

describe('a client of a persistent service', () => {
  test('stays with its real server, and others take turns', () => {
    const to = director();

    const picks = [
      '192.0.2.1',
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.1',
      '192.0.2.3',
      '192.0.2.2',
    ].map((client) => connect(to, client));

    // Newest first, as in ip_vs.
    const [a, b, c] = [third.address, second.address, first.address];
    expect(picks).toEqual([a, a, b, a, c, b]);
    expect(to.templates()).toEqual([
      template('192.0.2.1', third),
      template('192.0.2.2', second),
      template('192.0.2.3', first),
    ]);
  });

  test('is let go when it has been away for longer than the timeout', () => {
    const to = director();
    connect(to, '192.0.2.1');
    // The connection, half open, ends before the template does.
    to.wait(200);
    to.sweep();
    to.wait(159);
    expect(connect(to, '192.0.2.1')).toBe(third.address);
    to.wait(361);
    to.sweep();

    expect(to.templates()).toEqual([]);
    expect(to.persistent()).toEqual({});
    expect(connect(to, '192.0.2.1')).toBe(second.address);
  });

  test('is let go even before the sweep has seen that its time is over', () => {
    const to = director();
    connect(to, '192.0.2.1');
    to.wait(200);
    to.sweep();
    to.wait(161);

    expect(connect(to, '192.0.2.1')).toBe(second.address);
    expect(to.templates()).toEqual([template('192.0.2.1', second)]);
    expect(to.persistent()).toEqual({ [second.address]: 1 });
  });

  test('is not let go while it is connected: its template gets a minute, again and again', () => {
    const to = director({ service: persistent(3) });
    connect(to, '192.0.2.1');
    for (const seconds of [4, 54]) {
      to.wait(seconds);
      to.sweep();
    }
    expect(to.templates()).toMatchObject([{ expiresInSeconds: 6 }]);

    // A later connection gives it a minute, too, and no more three seconds.
    expect(connect(to, '192.0.2.1')).toBe(third.address);
    expect(to.templates()).toMatchObject([{ expiresInSeconds: 60 }]);
  });

  test('is not let go while it is connected, if the sweep has not come by either', () => {
    const to = director({ service: persistent(3) });
    connect(to, '192.0.2.1');
    to.wait(4);

    expect(connect(to, '192.0.2.1')).toBe(third.address);
    expect(to.templates()).toMatchObject([{ expiresInSeconds: 60 }]);
  });

  test('keeps its real server at weight 0 and above its threshold', () => {
    const to = director({ servers: 2 });
    connect(to, '192.0.2.1');
    to.apply(editServer(key, realServer(second, 'masquerading', { weight: 0 })));
    expect(connect(to, '192.0.2.1')).toBe(second.address);
    expect(connect(to, '192.0.2.2')).toBe(first.address);
    to.apply(editServer(key, realServer(second, 'masquerading', { upperThreshold: 1 })));

    expect(connect(to, '192.0.2.1')).toBe(second.address);
    expect(connect(to, '192.0.2.3')).toBe(first.address);
  });

  test('leaves a real server of weight 0 if expire_quiescent_template says so', () => {
    const to = director({ servers: 2 });
    to.apply({ kind: 'changeSettings', settings: { expire_quiescent_template: 1 } });
    connect(to, '192.0.2.1');
    to.apply(editServer(key, realServer(second, 'masquerading', { weight: 0 })));

    expect(connect(to, '192.0.2.1')).toBe(first.address);
    expect(to.persistent()).toEqual({ [second.address]: 1, [first.address]: 1 });
  });

  test('is refused while no real server takes it', () => {
    const to = director({ servers: 1 });
    connect(to, '192.0.2.1');
    to.apply(deleteServer(key, first));

    expect(connect(to, '192.0.2.1')).toBe('drop');
    expect(to.drops()).toEqual({ 'no real server available': 1 });
  });

  test('keeps its ports for a connection that has ended', () => {
    const to = director();
    const packet = arriving(tcp(host('192.0.2.1', 7), vip));
    to.run('xdp', packet);
    to.run('xdp', arriving(tcp(host('192.0.2.1', 7), vip, { flags: ['rst'] })));
    to.run('xdp', packet);

    expect(to.countsOf(third.address)).toMatchObject({ connections: 1 });
  });
});

describe('a template whose real server went', () => {
  const moved = (): VmDirector => {
    const to = director({ servers: 2 });
    connect(to, '192.0.2.1');
    to.apply(deleteServer(key, second));
    expect(connect(to, '192.0.2.1')).toBe(first.address);
    return to;
  };

  test('stays behind with port 65535 until its time is over', () => {
    const to = moved();
    expect(to.templates()).toEqual([
      template('192.0.2.1', first),
      template('192.0.2.1', { ...second, port: 65_535 }, { virtual: { ...vip, port: 65_535 } }),
    ]);
    to.wait(200);
    to.sweep();
    to.wait(161);
    to.sweep();

    expect(to.templates()).toEqual([]);
    to.collectTrash(61_000);
    expect([...to.registry.servers.values()].map((server) => server.key.address)).toEqual([
      first.address,
    ]);
  });

  test('gets a minute as long as connections of its real server are left', () => {
    const to = director({ servers: 2, service: persistent(3) });
    connect(to, '192.0.2.1');
    to.apply(deleteServer(key, second));
    connect(to, '192.0.2.1');
    to.wait(4);
    to.sweep();
    expect(to.templates().map(({ expiresInSeconds }) => expiresInSeconds)).toEqual([60, 60]);
    to.wait(57);
    to.sweep();
    to.wait(4);
    to.sweep();

    expect(to.templates()).toEqual([]);
    expect(to.sizeOf('templates4')).toBe(0);
  });

  test('can be left behind twice', () => {
    const to = moved();
    to.apply(addServer(key, realServer(second, 'masquerading')), deleteServer(key, first));
    resolveServers(to, 'ipv4', 1);
    expect(connect(to, '192.0.2.1')).toBe(second.address);
    to.apply(addServer(key, realServer(first, 'masquerading')), deleteServer(key, second));
    resolveServers(to, 'ipv4', 1);
    expect(connect(to, '192.0.2.1')).toBe(first.address);
    expect(to.templates()).toHaveLength(3);
    for (let seconds = 0; seconds < 420; seconds += 60) {
      to.wait(60);
      to.sweep();
    }

    expect(to.sizeOf('templates4')).toBe(0);
    expect(to.sizeOf('connections4')).toBe(0);
    expect(to.persistent()).toEqual({});
    to.collectTrash(61_000);
    expect(to.registry.servers.size).toBe(1);
  });
});

describe('the state of a template', () => {
  const answer = (flags: readonly ('syn' | 'ack')[]): Uint8Array =>
    frame(tcp(third, host('192.0.2.1', 7), { flags }), fromServer(2));

  test('is ASSURED once a TCP connection is established', () => {
    const to = director();
    to.run('xdp', arriving(tcp(host('192.0.2.1', 7), vip)));
    to.run('xdp', answer(['syn', 'ack']));
    expect(to.templates()).toMatchObject([{ state: 'NONE' }]);
    to.run('xdp', arriving(tcp(host('192.0.2.1', 7), vip, { flags: ['ack'] })));

    expect(to.templates()).toMatchObject([{ state: 'ASSURED' }]);
  });

  test('is ASSURED once the real server has answered by UDP', () => {
    const to = director({ protocol: 'udp' });
    to.run('xdp', arriving(udp(host('192.0.2.1', 7), vip)));
    to.run('xdp', arriving(udp(host('192.0.2.1', 7), vip)));
    expect(to.templates()).toMatchObject([{ state: 'NONE' }]);
    to.wait(1);
    to.run('xdp', frame(udp(third, host('192.0.2.1', 7)), fromServer(2)));

    expect(to.templates()).toMatchObject([{ state: 'ASSURED' }]);
  });
});

describe('a netmask', () => {
  test.each([
    ['a net', 24, '192.0.2.0', ['192.0.2.200', '192.0.2.3'], '192.0.3.1'],
    ['every other client', '0.0.0.1', '0.0.0.1', ['10.1.1.1', '192.0.2.201'], '192.0.2.200'],
    ['all clients', 0, '0.0.0.0', ['10.1.1.1', '203.0.113.5'], undefined],
  ])('makes one client of %s', (_, mask, listed, same, other) => {
    const to = director({ service: persistent(360, mask) });

    expect(connect(to, '192.0.2.1')).toBe(third.address);
    for (const client of same) expect(connect(to, client)).toBe(third.address);
    if (other !== undefined) expect(connect(to, other)).toBe(second.address);
    expect(to.templates()[0]).toEqual(template(listed, third));
  });

  test.each([
    [48, '2001:db8:9::', '2001:db8:9:ffff::1', '2001:db8:a::1'],
    [64, '2001:db8:9::', '2001:db8:9::ffff:0:1', '2001:db8:9:1::1'],
    [72, '2001:db8:9::', '2001:db8:9::ff:0:0:1', '2001:db8:9:0:100::1'],
    [127, '2001:db8:9::', '2001:db8:9::1', '2001:db8:9::2'],
    [128, '2001:db8:9::', '2001:db8:9::', '2001:db8:9::1'],
    [1, '::', '7fff::1', '8000::1'],
  ])('of IPv6 is a prefix: /%i', (prefix, listed, same, other) => {
    const { vip: sixth, servers: sixthServers } = topologies.ipv6;
    const to = director({ family: 'ipv6', service: persistent(360, prefix) });

    expect(connect(to, '2001:db8:9::', sixth)).toBe(sixthServers[2].address);
    expect(connect(to, same, sixth)).toBe(sixthServers[2].address);
    expect(connect(to, other, sixth)).toBe(sixthServers[1].address);
    expect(to.templates()[0]).toEqual(template(listed, sixthServers[2], { virtual: sixth }));
  });
});

describe('an edit of the service', () => {
  const edit = (special: Partial<ServiceRequest>): Command => ({
    kind: 'editService',
    service: { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false, ...special },
  });

  test('gives new templates another time; those that exist keep theirs', () => {
    const to = director();
    connect(to, '192.0.2.1');
    to.apply(edit(persistent(10)));
    to.wait(1);
    connect(to, '192.0.2.1');
    connect(to, '192.0.2.2');

    expect(to.templates().map(({ expiresInSeconds }) => expiresInSeconds)).toEqual([360, 10]);
  });

  test('ends persistence if it does not ask for it; what is left times out', () => {
    const to = director({ servers: 2 });
    connect(to, '192.0.2.1');
    to.apply(edit({}));
    expect([1, 2].map(() => connect(to, '192.0.2.1'))).toEqual([first.address, second.address]);
    to.wait(200);
    to.sweep();
    to.wait(161);
    to.sweep();

    expect(to.sizeOf('templates4')).toBe(0);
    expect(to.persistent()).toEqual({});
  });

  test('begins persistence', () => {
    const to = director({ servers: 2, service: {} });
    connect(to, '192.0.2.1');
    to.apply(edit(persistent(360)));

    const pick = connect(to, '192.0.2.1');
    expect(connect(to, '192.0.2.1')).toBe(pick);
  });
});

describe('a service on port 0', () => {
  const anywhere = { port: 0, service: persistent(360) };
  const at = (port: number): Endpoint => ({ ...vip, port });

  test('takes every port of its VIP, each client at one real server, ports kept', () => {
    const to = director(anywhere);
    const packet = arriving(tcp(host('192.0.2.1'), at(4711)));
    const { ip } = readFrame(to.run('xdp', packet).packet);

    expect(ip).toMatchObject({ destination: third.address, tcp: { destinationPort: 4711 } });
    expect(connect(to, '192.0.2.1', at(443))).toBe(third.address);
    expect(to.templates()).toEqual([
      template('192.0.2.1', { ...third, port: 0 }, { virtual: at(0) }),
    ]);
  });

  test('leaves ports to services of their own', () => {
    const to = director(anywhere);
    configure(to, { servers: 1, port: 80 });
    connect(to, '192.0.2.1', at(80));

    expect(to.serviceCounters(1).connections).toBe(1);
    expect(to.templates()).toEqual([]);
  });

  test('is of one protocol', () => {
    const to = director(anywhere);

    expect(to.run('xdp', arriving(udp(host('192.0.2.1'), at(53)))).verdict).toBe('pass');
  });
});

describe('a service on port 21', () => {
  const ftp = { port: 21, service: persistent(360) };
  const at = (port: number): Endpoint => ({ ...vip, port });

  test.each([
    ['control and passive data', 21, 30_000],
    ['data first, then control', 30_000, 21],
    ['port 20', 21, 20],
  ])('takes %s to one real server', (_, one, other) => {
    const to = director({ ...ftp, method: 'gatewaying' });
    const frames = [one, other].map((port) => {
      const packet = arriving(tcp(host('192.0.2.1'), at(port)));
      return readFrame(to.run('xdp', packet).packet);
    });

    expect(frames[0]?.destinationMac).toEqual(frames[1]?.destinationMac);
    expect(to.connections()).toHaveLength(2);
    expect(to.templates()).toEqual([
      template('192.0.2.1', { ...third, port: 0 }, { virtual: at(0) }),
    ]);
  });

  test('leaves ports below 1024 to the host', () => {
    const to = director(ftp);

    expect(connect(to, '192.0.2.1', at(80))).toBe('pass');
    expect(connect(to, '192.0.2.1', at(1023))).toBe('pass');
  });

  test('leaves other ports to the host if it is not persistent', () => {
    const to = director({ port: 21, service: {} });

    expect(connect(to, '192.0.2.1', at(30_000))).toBe('pass');
    expect(connect(to, '192.0.2.1', at(21))).toBe(third.address);
  });

  test('leaves other ports to the host if it has no real server', () => {
    const to = director({ ...ftp, servers: 0 });

    expect(connect(to, '192.0.2.1', at(30_000))).toBe('pass');
    expect(connect(to, '192.0.2.1', at(21))).toBe('drop');
  });

  test('comes before one on port 0', () => {
    const to = director({ ...ftp, servers: 1 });
    configure(to, { port: 0, service: persistent(360), servers: 1 });
    for (const port of [30_000, 443, 21]) connect(to, `192.0.2.${port % 256}`, at(port));

    expect([0, 1].map((index) => to.serviceCounters(index).connections)).toEqual([2, 1]);
  });
});

test('nothing is scheduled from port 20, where FTP servers open data connections', () => {
  const to = director({ service: {} });

  expect(to.run('xdp', arriving(tcp(host('192.0.2.1', 20), vip))).verdict).toBe('pass');
});

test('templates that find no room refuse their clients, and leave no count', () => {
  const to = new VmDirector({ connections: 2 });
  configure(to, { servers: 3, service: persistent(360) });

  expect(['1', '2', '3'].map((end) => connect(to, `192.0.2.${end}`))).toEqual([
    third.address,
    second.address,
    'drop',
  ]);
  expect(to.persistent()).toEqual({ [third.address]: 1, [second.address]: 1 });
  expect(to.countsOf(first.address)).toMatchObject({ active: 0, connections: 0 });
});

test('a connection that finds no room is taken off its template', () => {
  const to = new VmDirector({ connections: 2 });
  configure(to, { servers: 1, service: persistent(3) });
  for (let count = 0; count < 3; count++) connect(to, '192.0.2.1');
  to.wait(61);
  to.sweep();
  to.wait(61);
  to.sweep();

  expect(to.sizeOf('templates4')).toBe(0);
});

test('a daemon that takes over finds templates and counts', () => {
  const to = director();
  connect(to, '192.0.2.1');
  to.takeOver();
  to.publish();

  expect(connect(to, '192.0.2.1')).toBe(third.address);
  expect(to.persistent()).toEqual({ [third.address]: 1 });
  expect(to.countsOf(third.address)).toMatchObject({ connections: 2 });
});
