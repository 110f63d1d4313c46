import { describe, expect, test } from 'vitest';
import {
  frame,
  tcp,
  udp,
  type Endpoint,
  type TcpFlagName,
} from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import {
  deleteServer,
  editServer,
  realServer,
  serviceKey,
} from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  configure,
  fromServer,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import type { DirectorSettings, ForwardingMethod } from '../../director/index.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second] = servers;

function directorWith(settings: Partial<DirectorSettings>, setup: Setup = {}): VmDirector {
  const director = new VmDirector();
  director.localClients = setup.method !== 'gatewaying';
  configure(director, { servers: 2, ...setup });
  director.apply({ kind: 'changeSettings', settings });
  return director;
}

const send = (director: VmDirector, ...flags: TcpFlagName[]) =>
  director.run('tc', arriving(tcp(client, vip, { flags })));
const answer = (director: VmDirector, from: Endpoint, ...flags: TcpFlagName[]) =>
  director.run(
    'tc',
    frame(tcp(from, client, { flags }), fromServer(servers.findIndex((one) => one === from))),
  );
/** MAC addresses of the real servers end in their number, starting at 11. */
const serverOf = (packet: Uint8Array): number => (packet[5] ?? 0) - 11;
const stateOf = (director: VmDirector): string | undefined => director.connections()[0]?.state;

describe('conn_reuse_mode', () => {
  const endings = {
    CLOSE: (director: VmDirector) => void send(director, 'rst'),
    TIME_WAIT(director: VmDirector): void {
      send(director, 'fin');
      answer(director, second, 'fin');
    },
    FIN_WAIT: (director: VmDirector) => void send(director, 'fin'),
  } as const;

  test.each<[number, ForwardingMethod, keyof typeof endings, boolean]>([
    [0, 'masquerading', 'CLOSE', false],
    [0, 'masquerading', 'TIME_WAIT', false],
    [0, 'gatewaying', 'CLOSE', false],
    [1, 'masquerading', 'CLOSE', true],
    [1, 'masquerading', 'TIME_WAIT', true],
    [1, 'gatewaying', 'CLOSE', true],
    [1, 'gatewaying', 'FIN_WAIT', false],
    [2, 'masquerading', 'TIME_WAIT', true],
    [2, 'gatewaying', 'FIN_WAIT', true],
    [3, 'gatewaying', 'FIN_WAIT', true],
    [3, 'gatewaying', 'CLOSE', true],
    [4, 'gatewaying', 'CLOSE', true],
    [4, 'gatewaying', 'FIN_WAIT', false],
  ])('%i, %s: a SYN after %s is scheduled anew: %s', (mode, method, state, anew) => {
    const director = directorWith({ conn_reuse_mode: mode }, { method });
    send(director, 'syn');
    send(director, 'ack');
    if (method === 'masquerading') answer(director, second, 'ack');
    endings[state](director);
    expect(stateOf(director)).toBe(state);

    const { packet } = send(director, 'syn');

    expect(serverOf(packet)).toBe(anew ? 0 : 1);
    expect(director.sizeOf('connections4')).toBe(1);
  });

  test('3 reuses a connection in FIN_WAIT whose replies are seen', () => {
    const director = directorWith({ conn_reuse_mode: 3 });
    send(director, 'syn');
    send(director, 'ack');
    answer(director, second, 'ack');
    answer(director, second, 'fin');
    expect(stateOf(director)).toBe('FIN_WAIT');

    expect(serverOf(send(director, 'syn').packet)).toBe(1);
  });
});

describe('expire_nodest_conn', () => {
  const orphaned = (value: number, setup: Setup = {}): VmDirector => {
    const director = directorWith({ expire_nodest_conn: value }, setup);
    if (setup.protocol === 'udp') director.run('tc', arriving(udp(client, vip)));
    else send(director, 'syn');
    director.apply(deleteServer(serviceKey(vip, setup.protocol), second));
    return director;
  };

  test('leaves segments of a deleted real server to the host, which answers with RST', () => {
    const director = orphaned(1);

    expect(send(director, 'ack').verdict).toBe('pass');

    expect(director.sizeOf('connections4')).toBe(0);
    expect(director.sizeOf('replies4')).toBe(0);
    expect(director.drops()).toEqual({});
  });

  test('schedules a SYN anew', () => {
    const director = orphaned(1);

    expect(serverOf(send(director, 'syn').packet)).toBe(0);
    expect(director.connections()).toMatchObject([{ destination: first }]);
  });

  test('lets a UDP flow leave a deleted real server with its next datagram', () => {
    const director = orphaned(1, { protocol: 'udp' });

    const { ip } = readFrame(director.run('tc', arriving(udp(client, vip))).packet);

    expect(ip?.destination).toBe(first.address);
  });

  test('sweeps connections of deleted real servers away, and no others', () => {
    const director = orphaned(1);
    director.run('tc', arriving(tcp({ ...client, port: 1 }, vip)));

    director.sweep();

    expect(director.connections()).toMatchObject([{ destination: first }]);
    expect(director.evictions()).toEqual({ 'real server deleted': 1 });
    expect(director.sizeOf('replies4')).toBe(1);
  });

  test('0 drops them, and a sweep leaves them', () => {
    const director = orphaned(0);
    director.sweep();

    expect(send(director, 'syn').verdict).toBe('drop');
    expect(director.sizeOf('connections4')).toBe(1);
  });

  test.each([
    [1, 0],
    [0, 1],
  ])('%i: a SYN of a connection whose real server has weight 0 goes to number %i', (value, to) => {
    const director = directorWith({ expire_nodest_conn: value });
    send(director, 'syn');
    director.apply(editServer(serviceKey(vip), realServer(second, 'masquerading', { weight: 0 })));

    expect(serverOf(send(director, 'ack').packet)).toBe(1);
    expect(serverOf(send(director, 'syn').packet)).toBe(to);
  });
});

describe('sloppy_tcp', () => {
  test.each<[TcpFlagName[], string]>([
    [['syn'], 'SYN_RECV'],
    [['ack'], 'ESTABLISHED'],
    [['fin', 'ack'], 'CLOSE'],
    [['psh'], 'CLOSE'],
  ])('lets %j open a connection, in %s', (flags, state) => {
    const director = directorWith({ sloppy_tcp: 1 });

    expect(send(director, ...flags).verdict).toBe('redirect');

    expect(stateOf(director)).toBe(state);
    const active = state === 'CLOSE' ? 0 : 1;
    expect(director.countsOf(second.address)).toMatchObject({ active, inactive: 1 - active });
  });

  test('does not let a RST open one', () => {
    const director = directorWith({ sloppy_tcp: 1 });
    expect(send(director, 'rst', 'ack').verdict).toBe('pass');
    expect(director.sizeOf('connections4')).toBe(0);
  });

  test('0 lets none but a SYN', () => {
    const director = directorWith({ sloppy_tcp: 0 });
    for (const flag of ['ack', 'fin', 'rst'] as const) {
      expect(send(director, flag).verdict).toBe('pass');
    }
  });
});

describe('drop_packet', () => {
  const syn = (director: VmDirector, port: number): string =>
    director.run('tc', arriving(tcp({ ...client, port }, vip))).verdict;

  test('refuses the first of every am_droprate packets that would make a connection', () => {
    const director = directorWith({ drop_packet: 3, am_droprate: 3 });

    const verdicts = [1, 2, 3, 4, 5, 6, 7].map((port) => syn(director, port));

    expect(verdicts.map((verdict) => verdict === 'drop')).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(director.drops()).toEqual({ drop_packet: 3 });
  });

  test('does not touch connections that are there, nor packets of no service', () => {
    const director = directorWith({});
    syn(director, 1);
    director.apply({ kind: 'changeSettings', settings: { drop_packet: 3, am_droprate: 1 } });

    expect(syn(director, 1)).toBe('redirect');
    expect(syn(director, 2)).toBe('drop');
    const elsewhere = tcp(client, { ...vip, port: 81 });
    expect(director.run('tc', arriving(elsewhere)).verdict).toBe('pass');
  });

  test('1 refuses none until something runs short', () => {
    const director = directorWith({ drop_packet: 1 });
    expect(syn(director, 1)).toBe('redirect');

    director.resources = { ...director.resources, availablePages: 0 };
    director.publish();

    expect(syn(director, 2)).toBe('drop');
  });
});
