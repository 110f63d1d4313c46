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
import type { DirectorSettings } from '../../director/index.ts';
import { addressBytes } from '../../packet/index.ts';

const { client, vip, servers } = topologies.ipv4;
const [first] = servers;

/** A master with one real server and settings of synchronisation. */
function master(setup: Setup = {}, settings: Partial<DirectorSettings> = {}): VmDirector {
  const director = new VmDirector();
  director.announcing = true;
  director.apply({ kind: 'changeSettings', settings });
  configure(director, { method: 'gatewaying', ...setup });
  return director;
}
const send = (director: VmDirector, ...flags: TcpFlagName[]): void => {
  director.run('xdp', arriving(tcp(client, vip, { flags })));
};
/** The numbers of those client's packets, 1 for the first, after which something was told. */
function toldAfter(director: VmDirector, packets: number, packet: () => void): number[] {
  return Array.from({ length: packets }, (_, index) => index + 1).filter((number) => {
    if (number === 1) send(director, 'syn');
    else packet();
    return director.announcements().length > 0;
  });
}

test('a director without a master daemon has no code for it', () => {
  const plain = new VmDirector();
  configure(plain);
  const programs = [plain.programOf('xdp'), master({ method: 'masquerading' }).programOf('xdp')];

  const [without, within] = programs.map(({ maps }) => maps.map(({ name }) => name));
  expect(without).not.toContain('announcements');
  expect(within).toContain('announcements');
});

describe('a TCP connection', () => {
  test('is told of when it is established, and every 50 packets from the third on', () => {
    const director = master();

    expect(toldAfter(director, 110, () => send(director, 'ack'))).toEqual([2, 53, 103]);
  });

  test('is told of when it is established, however often the client began', () => {
    const director = master();
    for (let times = 0; times < 4; times++) send(director, 'syn');
    expect(director.announcements()).toEqual([]);
    send(director, 'ack');

    expect(director.announcements()).toMatchObject([{ state: 1 }]);
  });

  test.each<[string, readonly [number, number], number[]]>([
    ['2 5', [2, 5], [2, 7, 12]],
    ['without a period once', [4, 0], [2]],
  ])('sync_threshold %s', (_, sync_threshold, expected) => {
    const director = master({}, { sync_threshold });

    expect(toldAfter(director, 12, () => send(director, 'ack'))).toEqual(expected);
  });

  test('is told of as ip_vs does it', () => {
    const director = master();
    send(director, 'syn');
    send(director, 'ack');
    send(director, 'ack');

    expect(director.announcements()).toEqual([
      {
        protocol: 6,
        client: addressBytes(client.address),
        virtual: addressBytes(vip.address),
        destination: addressBytes(first.address),
        clientPort: client.port,
        virtualPort: vip.port,
        destinationPort: vip.port,
        flags: 0x83,
        state: 1,
        mark: 0,
        timeoutSeconds: 900,
      },
    ]);
  });

  test('is told of at once when it ends, and each state once', () => {
    const director = master();
    send(director, 'syn');
    expect(director.announcements()).toEqual([]);
    send(director, 'ack');
    expect(director.announcements()).toMatchObject([{ state: 1 }]);
    send(director, 'fin', 'ack');
    expect(director.announcements()).toMatchObject([
      { state: 4, flags: 0x183, timeoutSeconds: 120 },
    ]);
    send(director, 'ack');
    expect(director.announcements()).toEqual([]);
  });

  test('that a real server ends is told of with the client’s next packet', () => {
    const director = master({ method: 'masquerading' });
    send(director, 'syn');
    director.run('xdp', frame(tcp(first, client, { flags: ['syn', 'ack'] }), fromServer(0)));
    send(director, 'ack');
    expect(director.announcements()).toHaveLength(1);
    director.run('xdp', frame(tcp(first, client, { flags: ['fin', 'ack'] }), fromServer(0)));
    expect(director.announcements()).toEqual([]);
    send(director, 'ack');

    expect(director.announcements()).toMatchObject([{ state: 4, flags: 0x100 }]);
  });

  test('is repeated as sync_refresh_period and sync_retries say', () => {
    const director = master(
      {},
      { sync_refresh_period: 10, sync_retries: 1, sync_threshold: [1, 0] },
    );
    const told = (): number => director.announcements().length;
    send(director, 'syn');
    send(director, 'ack');
    expect(told(), 'established').toBe(1);
    send(director, 'ack');
    expect(told(), 'too early to repeat').toBe(0);
    director.wait(2);
    send(director, 'ack');
    expect(told(), 'repeated after an eighth of the period').toBe(1);
    director.wait(2);
    send(director, 'ack');
    expect(told(), 'not repeated again').toBe(0);
    director.wait(10);
    send(director, 'ack');
    expect(told(), 'its end has moved').toBe(1);
  });

  test('of IPv6 is told of, too', () => {
    const { client, vip, servers } = topologies.ipv6;
    const director = master({ family: 'ipv6' });
    for (const flags of [['syn'], ['ack'], ['ack']] as const) {
      director.run('xdp', arriving(tcp(client, vip, { flags })));
    }

    expect(director.announcements()).toMatchObject([
      { client: addressBytes(client.address), destination: addressBytes(servers[0].address) },
    ]);
  });

  test('of a client on the director is nobody else’s', () => {
    const director = master();
    for (const flags of [['syn'], ['ack'], ['ack']] as const) {
      director.run('loopback', arriving(tcp(vip, { ...vip, port: 80 }, { flags })));
    }

    expect(director.connections()).toHaveLength(1);
    expect(director.announcements()).toEqual([]);
  });
});

test('UDP is told of by the number of packets', () => {
  const director = master({ protocol: 'udp' });
  const told = Array.from({ length: 60 }, (_, index) => {
    director.run('xdp', arriving(udp(client, vip)));
    return director.announcements().length > 0 ? [index + 1] : [];
  });

  expect(told.flat()).toEqual([3, 53]);
});

describe('with persistence', () => {
  const service = { persistence: { timeoutSeconds: 300, mask: 24 } };

  test('the template is told of with the first packet, and once a second from then on', () => {
    const director = master({ service });
    send(director, 'syn');
    expect(director.announcements()).toMatchObject([
      {
        client: addressBytes('198.51.100.0'),
        clientPort: 0,
        virtualPort: vip.port,
        destinationPort: vip.port,
        flags: 0x1183,
        state: 0,
        timeoutSeconds: 300,
      },
    ]);
    send(director, 'ack');
    expect(director.announcements().map(({ flags }) => flags)).toEqual([0x83]);
    director.wait(1.1);
    send(director, 'ack');
    expect(director.announcements().map(({ flags }) => flags)).toEqual([0x1183]);
  });

  test('sync_persist_mode leaves it at the template', () => {
    const director = master({ service }, { sync_persist_mode: 1 });
    for (const flags of [['syn'], ['ack'], ['ack'], ['fin', 'ack']] as const)
      send(director, ...flags);

    expect(director.announcements().map(({ flags }) => flags)).toEqual([0x1183]);
  });
});

test('what the ring has no room for is counted', () => {
  const director = master({}, { sync_threshold: [0, 1] });
  director.fillAnnouncements();
  send(director, 'syn');
  send(director, 'ack');
  send(director, 'ack');

  expect(director.entriesOf('lostAnnouncements')).toEqual([[{ index: 0 }, { count: 2n }]]);
});
