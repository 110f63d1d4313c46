import { describe, expect, test } from 'vitest';
import { frame, mac, payloadOf, tcp, udp, type Endpoint } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import {
  addServer,
  deleteServer,
  editServer,
  realServer,
  serviceKey,
} from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  backward,
  configure,
  directorMac,
  fromServer,
  resolveServers,
  topologies,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { Connection } from '../layouts.ts';

const families = ['ipv4', 'ipv6'] as const;
const { client, vip, servers, stranger } = topologies.ipv4;
const [first, second] = servers;
const from = (port: number): Endpoint => ({ ...client, port });
const syn = (port: number): Uint8Array => arriving(tcp(from(port), vip));
const ack = (port: number): Uint8Array => arriving(tcp(from(port), vip, { flags: ['ack'] }));

describe('a new connection', () => {
  test.each(families)('is entered with both ways and counted, %s', (family) => {
    const { client, vip, servers } = topologies[family];
    const director = new VmDirector();
    configure(director, { family });

    director.run('xdp', arriving(tcp(client, vip)));

    expect(director.connections()).toEqual([
      {
        protocol: 'tcp',
        state: 'SYN_RECV',
        expiresInSeconds: 60,
        client,
        virtual: vip,
        destination: servers[0],
      },
    ]);
    const suffix = family === 'ipv4' ? '4' : '6';
    const [[key]] = director.entriesOf(`connections${suffix}`) as [[object, object]];
    const [[, request]] = director.entriesOf(`replies${suffix}`) as [[object, object]];
    expect(request).toEqual(key);
    expect(director.countsOf(servers[0].address)).toMatchObject({ active: 1, inactive: 0 });
  });

  test('needs no way back unless the director translates', () => {
    const director = new VmDirector();
    director.localClients = false;
    configure(director, { method: 'gatewaying' });

    director.run('xdp', syn(1));

    expect(director.sizeOf('connections4')).toBe(1);
    expect(director.sizeOf('replies4')).toBe(0);
  });

  test('may open with SYN and ACK together, as in ip_vs', () => {
    const director = new VmDirector();
    configure(director);

    const packet = arriving(tcp(client, vip, { flags: ['syn', 'ack'] }));

    expect(director.run('xdp', packet).verdict).toBe('transmit');
  });

  test('keeps the port of its packet if the real server has none of its own', () => {
    const director = new VmDirector();
    configure(director, { servers: 0 });
    director.apply(addServer(serviceKey(vip), realServer({ ...first, port: 0 }, 'masquerading')));
    resolveServers(director, 'ipv4', 1);

    const { ip } = readFrame(director.run('xdp', syn(1)).packet);

    expect(ip?.tcp?.destinationPort).toBe(vip.port);
    expect(director.connections()[0]?.destination.port).toBe(vip.port);
  });

  test.each([
    ['without real servers', { servers: 0 }],
    ['when all weights are 0', { servers: 2, weights: [0, 0] }],
  ])('is refused %s', (_, setup) => {
    const director = new VmDirector();
    configure(director, { ...setup });

    expect(director.run('xdp', syn(1)).verdict).toBe('drop');
    expect(director.drops()).toEqual({ 'no real server available': 1 });
    expect(director.connections()).toEqual([]);
  });

  test('is refused by a service without scheduler', () => {
    const director = new VmDirector();
    configure(director, { scheduler: 'none' });

    expect(director.run('xdp', syn(1)).verdict).toBe('drop');
    expect(director.drops()).toEqual({ 'no real server available': 1 });
  });
});

describe('packets and bytes', () => {
  test('are counted by real server and service, bytes of the IP datagram', () => {
    const director = new VmDirector();
    configure(director);
    director.run('xdp', syn(client.port));
    director.run('tc', ack(client.port));
    const answer = tcp(first, client, { flags: ['ack'], payload: payloadOf(960) });
    director.run('xdp', frame(answer, fromServer(0)));

    const counts = {
      connections: 1,
      inPackets: 2,
      inBytes: 80,
      outPackets: 1,
      outBytes: 1000,
    };
    expect(director.countsOf(first.address)).toMatchObject(counts);
    expect(director.serviceCounters()).toEqual(counts);
  });

  test('do not count what Ethernet adds to a short datagram', () => {
    const director = new VmDirector();
    configure(director, { method: 'gatewaying' });
    const padded = new Uint8Array(60);
    padded.set(syn(1));

    const { packet } = director.run('xdp', padded);

    expect(packet).toHaveLength(60);
    expect(director.countsOf(first.address).inBytes).toBe(40);
  });

  test('come back through a tunnel with their padding outside of it', () => {
    const director = new VmDirector();
    configure(director, { method: 'tunneling' });
    const padded = new Uint8Array(60);
    padded.set(syn(1));

    const { ip } = readFrame(director.run('xdp', padded).packet);

    expect(ip?.lengthBytes).toBe(60);
    expect(ip?.inner?.lengthBytes).toBe(40);
  });
});

describe('the last hop', () => {
  test.each(families)('ends a packet, which changes nothing, %s', (family) => {
    const { client, vip } = topologies[family];
    const director = new VmDirector();
    configure(director, { family });
    director.run('xdp', arriving(tcp(client, vip)));

    const packet = arriving(tcp(client, vip, { flags: ['fin'], timeToLive: 1 }));

    expect(director.run('xdp', packet)).toEqual({ verdict: 'drop', packet });
    expect(director.drops()).toEqual({ 'time to live exceeded': 1 });
    expect(director.connections()).toMatchObject([{ state: 'SYN_RECV' }]);
  });
});

describe('a full table', () => {
  test('refuses new connections, keeps the established ones and leaves no counts behind', () => {
    const director = new VmDirector({ connections: 2 });
    configure(director);
    for (const port of [1, 2]) {
      expect(director.run('xdp', syn(port)).verdict).toBe('transmit');
      director.run('xdp', ack(port));
    }

    expect(director.run('xdp', syn(3)).verdict).toBe('drop');

    expect(director.drops()).toEqual({ 'connection table full': 1 });
    expect(director.run('xdp', ack(1)).verdict).toBe('transmit');
    expect(director.countsOf(first.address)).toMatchObject({ active: 2, connections: 2 });
    expect(director.sizeOf('replies4')).toBe(2);
  });

  test('takes connections again when some have expired', () => {
    const director = new VmDirector({ connections: 2 });
    configure(director);
    for (const port of [1, 2]) director.run('xdp', syn(port));
    director.wait(61);
    director.sweep();

    expect(director.run('xdp', syn(3)).verdict).toBe('transmit');
  });
});

describe('an expired connection', () => {
  test.each(families)('is removed by a sweep with its way back and its counts, %s', (family) => {
    const { client, vip, servers } = topologies[family];
    const director = new VmDirector();
    configure(director, { family });
    for (const port of [1, 2, 3]) director.run('xdp', arriving(tcp({ ...client, port }, vip)));
    director.wait(59);
    director.run('xdp', arriving(tcp({ ...client, port: 2 }, vip)));
    director.wait(2);

    expect(director.sweep()).toEqual({ visited: 3, expired: 2 });

    const suffix = family === 'ipv4' ? '4' : '6';
    expect(director.sizeOf(`connections${suffix}`)).toBe(1);
    expect(director.sizeOf(`replies${suffix}`)).toBe(1);
    expect(director.countsOf(servers[0].address)).toMatchObject({ active: 1, inactive: 0 });
  });

  test('is gone for its packets even before a sweep', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    director.run('xdp', syn(1));
    director.wait(61);

    expect(director.run('xdp', ack(1)).verdict).toBe('pass');

    expect(director.sizeOf('connections4')).toBe(0);
    expect(director.sizeOf('replies4')).toBe(0);
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, inactive: 0 });
  });

  test('makes place for a new one of the same ports', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    const before = readFrame(director.run('xdp', syn(1)).packet).ip?.destination;
    director.wait(61);
    const after = readFrame(director.run('xdp', syn(1)).packet).ip?.destination;

    expect([before, after]).toEqual([second.address, first.address]);
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, connections: 1 });
    expect(director.countsOf(first.address)).toMatchObject({ active: 1, connections: 1 });
  });

  test('has no answers any more', () => {
    const director = new VmDirector();
    configure(director);
    director.run('xdp', syn(client.port));
    director.wait(61);

    const answer = frame(tcp(first, client, { flags: ['ack'] }), fromServer(0));

    expect(director.run('xdp', answer)).toEqual({ verdict: 'pass', packet: answer });
  });
});

describe('a connection that has ended', () => {
  test.each([
    [
      'TIME_WAIT',
      [
        ['out', 'ack'],
        ['in', 'fin'],
        ['out', 'fin'],
      ],
    ],
    [
      'CLOSE',
      [
        ['out', 'ack'],
        ['in', 'rst'],
      ],
    ],
  ] as const)('in %s makes place for a new one of the same ports', (state, segments) => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    director.run('xdp', syn(client.port));
    for (const [way, flag] of segments) {
      const packet =
        way === 'in'
          ? arriving(tcp(client, vip, { flags: [flag] }))
          : frame(tcp(second, client, { flags: [flag] }), fromServer(1));
      director.run('xdp', packet);
    }
    expect(director.connections()).toMatchObject([{ state }]);

    const { ip } = readFrame(director.run('xdp', syn(client.port)).packet);

    expect(ip?.destination).toBe(first.address);
    expect(director.connections()).toMatchObject([{ state: 'SYN_RECV', destination: first }]);
    expect(director.sizeOf('replies4')).toBe(1);
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, inactive: 0 });
  });

  test('keeps its real server for a SYN that comes again before the end', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });

    const targets = [1, 2, 3].map(
      () => readFrame(director.run('xdp', syn(1)).packet).ip?.destination,
    );

    expect(new Set(targets).size).toBe(1);
    expect(director.countsOf(second.address)).toMatchObject({ active: 1, connections: 1 });
  });
});

describe('a real server of weight 0', () => {
  test('goes on with the connections it has', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    director.run('xdp', syn(1));
    director.apply(editServer(serviceKey(vip), realServer(second, 'masquerading', { weight: 0 })));

    expect(readFrame(director.run('xdp', ack(1)).packet).ip?.destination).toBe(second.address);
    for (const port of [2, 3]) {
      expect(readFrame(director.run('xdp', syn(port)).packet).ip?.destination).toBe(first.address);
    }
  });
});

describe('a deleted real server', () => {
  const deleted = (): VmDirector => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    director.run('xdp', syn(client.port));
    director.apply(deleteServer(serviceKey(vip), second));
    return director;
  };

  test('has the packets of its connections dropped, and their timers run out', () => {
    const director = deleted();
    director.wait(30);

    for (const packet of [ack(client.port), syn(client.port)]) {
      expect(director.run('xdp', packet)).toEqual({ verdict: 'drop', packet });
    }

    expect(director.drops()).toEqual({ 'real server deleted': 2 });
    expect(director.connections()[0]?.expiresInSeconds).toBe(30);
  });

  test('still has its answers translated, as in ip_vs', () => {
    const director = deleted();

    const answer = frame(tcp(second, client, { flags: ['ack'] }), fromServer(1));

    expect(readFrame(director.run('xdp', answer).packet)).toEqual(
      readFrame(frame(tcp(vip, client, { flags: ['ack'], timeToLive: 63 }), backward)),
    );
  });

  test('takes its connections and counts up again when it is added again', () => {
    const director = deleted();
    director.apply(addServer(serviceKey(vip), realServer(second, 'masquerading')));

    expect(readFrame(director.run('xdp', ack(client.port)).packet).ip?.destination).toBe(
      second.address,
    );
    expect(director.countsOf(second.address)).toMatchObject({ active: 1 });
  });

  test('keeps the method of its old connections when it comes back with another', () => {
    const director = new VmDirector();
    const at = { ...first, port: vip.port };
    configure(director, { servers: 0 });
    director.apply(addServer(serviceKey(vip), realServer(at, 'masquerading')));
    resolveServers(director, 'ipv4', 1);
    director.run('xdp', syn(1));
    director.apply(
      deleteServer(serviceKey(vip), at),
      addServer(serviceKey(vip), realServer(at, 'gatewaying')),
    );

    expect(readFrame(director.run('xdp', ack(1)).packet).ip?.destination).toBe(at.address);
    expect(readFrame(director.run('xdp', syn(2)).packet).ip?.destination).toBe(vip.address);
  });

  test('with another port is another real server', () => {
    const director = deleted();
    director.apply(
      addServer(serviceKey(vip), realServer({ ...second, port: 9090 }, 'masquerading')),
    );

    expect(director.run('xdp', ack(client.port)).verdict).toBe('drop');
  });

  test('is forgotten a minute later when its connections are gone, but not before', () => {
    const director = deleted();
    director.collectTrash(61_000);
    expect(director.registry.servers.size).toBe(2);

    director.wait(61);
    director.sweep();
    director.collectTrash(59_000);
    expect(director.registry.servers.size).toBe(2);
    director.collectTrash(61_000);
    expect(director.registry.servers.size).toBe(1);
  });

  test('leaves what it counted with its service', () => {
    const director = deleted();
    director.wait(61);
    director.sweep();
    director.collectTrash(61_000);

    expect(director.serviceCounters()).toMatchObject({ connections: 1, inPackets: 1 });
  });
});

describe('an edit of the forwarding method', () => {
  test('is for new connections: those that exist keep theirs', () => {
    const director = new VmDirector();
    const at = { ...first, port: vip.port };
    configure(director, { servers: 0 });
    director.apply(addServer(serviceKey(vip), realServer(at, 'masquerading')));
    resolveServers(director, 'ipv4', 1);
    director.run('xdp', syn(1));
    director.apply(editServer(serviceKey(vip), realServer(at, 'tunneling')));
    director.run('xdp', syn(2));
    director.apply(editServer(serviceKey(vip), realServer(at, 'gatewaying')));
    director.run('xdp', syn(3));

    const [byNat, byTunnel, byRoute] = [1, 2, 3].map(
      (port) => readFrame(director.run('xdp', ack(port)).packet).ip,
    );

    expect(byNat?.destination).toBe(at.address);
    expect(byTunnel?.inner?.destination).toBe(vip.address);
    expect(byRoute).toMatchObject({ destination: vip.address, timeToLive: 63 });
  });
});

describe('a real server whose MAC address is unknown', () => {
  const unresolved = (ifindex: number): VmDirector => {
    const director = new VmDirector();
    configure(director, { servers: 1 });
    director.setNextHop(first.address, {
      local: false,
      ifindex,
      address: '10.0.0.254',
      sourceMac: mac(2),
      destinationMac: undefined,
      sourceAddress: '10.0.0.1',
      mtu: 1500,
    });
    return director;
  };

  test('has its packets left by XDP to tc, which lets the kernel ask for the address', () => {
    const director = unresolved(7);
    const packet = syn(1);

    const left = director.run('xdp', packet);
    const sent = director.run('tc', left.packet);

    expect(left).toEqual({ verdict: 'pass', packet });
    expect(sent).toMatchObject({
      verdict: 'redirect',
      ifindex: 7,
      neighbour: Uint8Array.of(10, 0, 0, 254),
    });
    expect(readFrame(sent.packet).ip).toMatchObject({ destination: first.address, timeToLive: 63 });
    expect(director.countsOf(first.address)).toMatchObject({ connections: 1, inPackets: 1 });
  });

  test('has them dropped if there is no way to it at all', () => {
    const director = unresolved(0);

    expect(director.run('tc', syn(1)).verdict).toBe('drop');
    expect(director.drops()).toEqual({ 'no route to the real server': 1 });
  });
});

describe('a real server on another device', () => {
  test('gets its packets there, and answers go back to the device of the client', () => {
    const director = new VmDirector();
    configure(director, { serverDevice: 5 });

    const sent = director.run('xdp', syn(client.port), 3);
    const answer = director.run(
      'xdp',
      frame(tcp(first, client, { flags: ['ack'] }), fromServer(0)),
      5,
    );

    expect(sent).toMatchObject({ verdict: 'redirect', ifindex: 5 });
    expect(answer).toMatchObject({ verdict: 'redirect', ifindex: 3 });
    expect(readFrame(answer.packet)).toMatchObject({
      destinationMac: '020000000001',
      sourceMac: '000000000000',
    });
  });

  test('answers by way of the router that the client has changed to', () => {
    const director = new VmDirector();
    configure(director);
    director.run('xdp', syn(client.port));
    director.wait(1);
    const detour = { destination: directorMac, source: mac(99) };
    director.run('xdp', frame(tcp(client, vip, { flags: ['ack'] }), detour));

    const answer = director.run(
      'xdp',
      frame(tcp(first, client, { flags: ['ack'] }), fromServer(0)),
    );

    expect([...answer.packet.slice(0, 6)]).toEqual([...mac(99)]);
  });
});

describe('a real server that is the director itself', () => {
  test('gets its packets from the host, counted but unchanged', () => {
    const director = new VmDirector();
    configure(director, { method: 'gatewaying' });
    director.setNextHop(first.address, {
      local: true,
      ifindex: 1,
      address: first.address,
      sourceMac: new Uint8Array(6),
      destinationMac: undefined,
      sourceAddress: first.address,
      mtu: 65_536,
    });
    const packet = arriving(tcp(client, vip, { timeToLive: 1 }));

    expect(director.run('tc', packet)).toEqual({ verdict: 'pass', packet });
    expect(director.countsOf(first.address)).toMatchObject({ connections: 1, inPackets: 1 });
  });
});

describe('a client on the director', () => {
  const local: Endpoint = { address: vip.address, port: 50_000 };

  test.each(['masquerading', 'gatewaying', 'tunneling'] as const)(
    'reaches a real server from an address that the server can answer, %s',
    (method) => {
      const director = new VmDirector();
      configure(director, { method, serverDevice: 5 });

      const sent = director.run('loopback', arriving(tcp(local, vip)));

      expect(sent).toMatchObject({ verdict: 'redirect', ifindex: 5 });
      const { ip } = readFrame(sent.packet);
      const inner = ip?.inner ?? ip;
      expect(inner).toMatchObject({
        source: topologies.ipv4.directorAddress,
        destination: method === 'masquerading' ? first.address : vip.address,
        timeToLive: 63,
      });
    },
  );

  test.each(['masquerading', 'gatewaying', 'tunneling'] as const)(
    'gets the answer as if it came from the VIP, %s',
    (method) => {
      const director = new VmDirector();
      configure(director, { method, serverDevice: 5 });
      director.run('loopback', arriving(tcp(local, vip)));
      const dip = { address: topologies.ipv4.directorAddress, port: local.port };
      const source = method === 'masquerading' ? first : vip;
      const answer = frame(tcp(source, dip, { flags: ['syn', 'ack'] }), fromServer(0));

      expect(director.run('xdp', answer, 5)).toEqual({ verdict: 'pass', packet: answer });
      const received = director.run('tc', answer, 5);

      expect(received).toMatchObject({ verdict: 'redirect', ifindex: 1, received: true });
      expect(readFrame(received.packet).ip).toEqual(
        readFrame(arriving(tcp(vip, local, { flags: ['syn', 'ack'], timeToLive: 63 }))).ip,
      );
      expect(director.countsOf(first.address)).toMatchObject({ outPackets: 1 });
    },
  );
});

describe('a client that reaches two VIPs with one real server', () => {
  test('keeps both connections as long as its ports differ', () => {
    const director = new VmDirector();
    configure(director);
    const other = { ...vip, port: 8000 };
    director.apply(
      {
        kind: 'addService',
        service: { key: serviceKey(other), scheduler: 'rr', schedulerFlags: 0, onePacket: false },
      },
      addServer(serviceKey(other), realServer(first, 'masquerading')),
    );
    director.run('xdp', arriving(tcp(from(1), vip)));
    director.run('xdp', arriving(tcp(from(2), other)));

    const sources = [1, 2].map((port) => {
      const answer = frame(tcp(first, from(port), { flags: ['ack'] }), fromServer(0));
      return readFrame(director.run('xdp', answer).packet).ip?.tcp?.sourcePort;
    });

    expect(sources).toEqual([vip.port, other.port]);
  });
});

describe('UDP', () => {
  test('shares no connection with TCP of the same ports', () => {
    const director = new VmDirector();
    configure(director);
    director.apply(
      {
        kind: 'addService',
        service: {
          key: serviceKey(vip, 'udp'),
          scheduler: 'rr',
          schedulerFlags: 0,
          onePacket: false,
        },
      },
      addServer(serviceKey(vip, 'udp'), realServer(second, 'masquerading')),
    );
    director.run('xdp', arriving(tcp(client, vip)));

    expect(readFrame(director.run('xdp', arriving(udp(client, vip))).packet).ip?.destination).toBe(
      second.address,
    );
    expect(director.sizeOf('connections4')).toBe(2);
  });
});

test('a packet of a connection goes on after its service is deleted, to be dropped', () => {
  const director = new VmDirector();
  configure(director);
  director.run('xdp', syn(1));
  director.apply({ kind: 'deleteService', key: serviceKey(vip) });

  expect(director.run('xdp', ack(1)).verdict).toBe('drop');
  const packet = syn(2);
  expect(director.run('xdp', packet)).toEqual({ verdict: 'pass', packet });
});

test('traffic between strangers is not even looked up', () => {
  const director = new VmDirector();
  configure(director);
  const packet = arriving(tcp(stranger, { ...client, port: 443 }));

  expect(director.run('tc', packet)).toEqual({ verdict: 'pass', packet });
});

test('a connection is one cache line', () => {
  expect(Connection.sizeBytes).toBeLessThanOrEqual(64);
});
