import { describe, expect, test } from 'vitest';
import { frame, tcp, udp, type TcpFlagName } from '../../../test/fixtures/packets.ts';
import {
  arriving,
  configure,
  fromServer,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const capacity = 64;
const { client, vip, servers } = topologies.ipv4;

function smallDirector(setup: Setup = {}): VmDirector {
  const director = new VmDirector({ connections: capacity });
  configure(director, setup);
  return director;
}

const send = (director: VmDirector, port: number, ...flags: TcpFlagName[]): string =>
  director.run('xdp', arriving(tcp({ ...client, port }, vip, { flags }))).verdict;
const answer = (director: VmDirector, port: number, ...flags: TcpFlagName[]): string =>
  director.run('xdp', frame(tcp(servers[0], { ...client, port }, { flags }), fromServer(0)))
    .verdict;

function establish(director: VmDirector, port: number): boolean {
  return (
    send(director, port, 'syn') === 'transmit' &&
    answer(director, port, 'syn', 'ack') === 'transmit' &&
    send(director, port, 'ack') === 'transmit'
  );
}

const statesOf = (director: VmDirector): Record<string, number> => {
  const states: Record<string, number> = {};
  for (const { state } of director.connections()) states[state] = (states[state] ?? 0) + 1;
  return states;
};

/** Clients' ports of the connections that are there. */
const portsLeft = (director: VmDirector): number[] =>
  director
    .connections()
    .map(({ client: { port } }) => port)
    .toSorted((a, b) => a - b);

describe('a table full of half-open connections', () => {
  const flood = (director: VmDirector, count: number): void => {
    for (let port = 20_000; port < 20_000 + count; port++) send(director, port, 'syn');
  };

  test.each(['ipv4', 'ipv6'] as const)('has the oldest make room for a new one, %s', (family) => {
    const { client, vip, servers } = topologies[family];
    const director = smallDirector({ family });
    const ports = Array.from({ length: capacity + 3 }, (_, index) => index + 1000);

    for (const port of ports) {
      const syn = arriving(tcp({ ...client, port }, vip));
      expect(director.run('xdp', syn).verdict).toBe('transmit');
    }

    const left = director.connections().map((connection) => connection.client.port);
    expect(left.toSorted((a, b) => a - b)).toEqual(ports.slice(3));
    expect(director.evictions()).toEqual({ 'table full': 3 });
    expect(director.sizeOf(family === 'ipv4' ? 'replies4' : 'replies6')).toBe(capacity);
    const active = capacity;
    expect(director.countsOf(servers[0].address)).toMatchObject({ active, inactive: 0 });
  });

  test('keeps every established one through ten times its size in SYNs, and lets new ones in', () => {
    const director = smallDirector();
    const ports = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const port of ports) expect(establish(director, port)).toBe(true);

    flood(director, 10 * capacity);

    for (const port of ports) {
      expect(send(director, port, 'ack', 'psh')).toBe('transmit');
      expect(answer(director, port, 'ack', 'psh')).toBe('transmit');
    }
    for (let port = 100; port < 110; port++) expect(establish(director, port)).toBe(true);
    expect(statesOf(director)).toEqual({ ESTABLISHED: 18, SYN_RECV: capacity - 18 });
    expect(director.drops()).toEqual({});
  });

  test('makes room for UDP flows as well', () => {
    const director = smallDirector();
    configure(director, { protocol: 'udp' });
    flood(director, capacity);

    expect(director.run('xdp', arriving(udp(client, vip))).verdict).toBe('transmit');

    expect(director.evictions()).toEqual({ 'table full': 1 });
  });
});

test('a table full of established connections refuses new ones and loses none', () => {
  const director = smallDirector();
  for (let port = 1000; port < 1000 + capacity; port++) establish(director, port);

  for (let port = 2000; port < 2100; port++) expect(send(director, port, 'syn')).toBe('drop');

  expect(statesOf(director)).toEqual({ ESTABLISHED: capacity });
  expect(director.drops()).toEqual({ 'connection table full': 100 });
  expect(director.countsOf(servers[0].address)).toMatchObject({ active: capacity });
});

describe('a sweep with little patience', () => {
  test('ends connections that have been half-open for longer, and no others', () => {
    const director = smallDirector();
    establish(director, 1);
    send(director, 2, 'syn');
    director.wait(4);
    send(director, 3, 'syn');
    director.wait(2);

    director.sweep();
    expect(director.sizeOf('connections4')).toBe(3);
    director.sweep({ patienceSeconds: 5 });

    expect(portsLeft(director)).toEqual([1, 3]);
    expect(director.evictions()).toEqual({ 'half-open for too long': 1 });
    expect(director.countsOf(servers[0].address)).toMatchObject({ active: 2 });
  });
});

/** Random numbers that are the same for every run. */
function sameNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
}

describe('drop_entry', () => {
  const sweeps = (director: VmDirector, count = 600): void => {
    for (let sweep = 0; sweep < count; sweep++) director.sweep({ dropEntry: true });
  };
  const dropping = (setup: Setup = {}): VmDirector => {
    const director = smallDirector(setup);
    director.random = sameNumbers();
    director.apply({ kind: 'changeSettings', settings: { drop_entry: 3 } });
    return director;
  };

  test('throws half-open connections out, one in 32 at a time', () => {
    const director = dropping();
    for (let port = 1000; port < 1000 + capacity; port++) send(director, port, 'syn');

    sweeps(director, 1);
    expect(director.sizeOf('connections4')).toBeGreaterThan(capacity / 2);
    sweeps(director);

    expect(director.connections()).toEqual([]);
    expect(director.evictions()).toEqual({ drop_entry: capacity });
    expect(director.sizeOf('replies4')).toBe(0);
  });

  test('throws out what has been idle for a minute after a few packets', () => {
    const director = dropping();
    establish(director, 1);
    for (let packet = 0; packet < 10; packet++) send(director, 1, 'ack');
    establish(director, 2);
    director.wait(30);
    establish(director, 3);
    director.wait(31);

    sweeps(director);

    expect(portsLeft(director)).toEqual([1, 3]);
  });

  test('throws idle UDP flows out by the same rule', () => {
    const director = dropping({ protocol: 'udp' });
    const datagram = (port: number): void =>
      void director.run('xdp', arriving(udp({ ...client, port }, vip)));
    for (let packet = 0; packet < 9; packet++) datagram(1);
    datagram(2);
    director.wait(61);
    datagram(3);

    sweeps(director);

    expect(portsLeft(director)).toEqual([1, 3]);
  });

  test('throws out templates whose connections never were established', () => {
    const director = dropping({ service: { persistence: { timeoutSeconds: 360, mask: 32 } } });
    establish(director, 1000);
    director.run('xdp', arriving(tcp({ address: '198.51.100.8', port: 1000 }, vip)));
    expect(director.sizeOf('templates4')).toBe(2);

    sweeps(director);

    expect(portsLeft(director)).toEqual([1000]);
    expect(director.entriesOf('templates4')).toMatchObject([[{}, { assured: 1 }]]);
  });

  test('is not in force in mode 1 while nothing runs short: a sweep is not told to', () => {
    const director = smallDirector();
    director.apply({ kind: 'changeSettings', settings: { drop_entry: 1 } });
    send(director, 1, 'syn');

    for (let sweep = 0; sweep < 600; sweep++) director.sweep();

    expect(director.sizeOf('connections4')).toBe(1);
  });
});
