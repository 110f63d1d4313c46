import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../test/fixtures/checksums.ts';
import {
  frame,
  icmpError,
  payloadOf,
  sctp,
  type SctpChunkName,
  type SctpPacket,
} from '../../../test/fixtures/packets.ts';
import {
  arriving,
  configure,
  fromServer,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import type { DirectorSettings } from '../../director/index.ts';
import { stateMask } from '../layouts.ts';
import { sctpStateNumber, sctpStates, type SctpState } from '../sctp-states.ts';
import type { Direction } from '../tcp-states.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second] = servers;

/** The table of the kernel (ip_vs_proto_sctp), written down a second time; columns as in `sctpStates`. */
const described = `
  input     data             ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  input     init             I1 IN IN CS CR CW CO CE ES SS SR SA IN IN
  input     initAck          CW CW CW CS CR CO CO CE ES SS SR SA RJ CL
  input     cookieEcho       CR IN IN CR CR CW CO CE ES SS SR SA RJ CL
  input     cookieAck        ES I1 IN CS CR CW CO ES ES SS SR SA RJ CL
  input     shutdown         SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
  input     shutdownAck      CL IN IN CS CR CW CO CE ES CL SR CL RJ CL
  input     shutdownComplete CL CL CL CS CR CW CO CE ES SS SR CL RJ CL
  input     error            CL I1 IN CS CR CW CO CL ES SS SR SA RJ CL
  input     abort            CL CL CL CL CL RJ CL CL CL CL CL CL CL CL
  output    data             ES I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  output    init             CW CW CW CW CW CW CW CW ES CW CW CW CW CW
  output    initAck          CS CS CS CS CR CW CO CE ES SS SR SA RJ CL
  output    cookieEcho       CE CE CE CE CE CE CE CE ES SS SR SA RJ CL
  output    cookieAck        ES ES ES ES ES ES ES ES ES SS SR SA RJ CL
  output    shutdown         SS SS SS SS SS SS SS SS SS SS SR SA RJ CL
  output    shutdownAck      SA SA SA SA SA CW CO CE ES SA SA SA RJ CL
  output    shutdownComplete CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  output    error            CL CL CL CL CL CW CO CE ES SS SR SA RJ CL
  output    abort            CL RJ CL CL CL CL CL CL CL CL CL CL CL CL
  inputOnly data             ES I1 IN CS CR ES CO CE ES SS SR SA RJ CL
  inputOnly init             I1 IN IN IN IN IN CO CE ES SS SR SA IN IN
  inputOnly initAck          CE CE CE CE CE CE CO CE ES SS SR SA RJ CL
  inputOnly cookieEcho       ES ES ES ES ES ES CO CE ES SS SR SA RJ CL
  inputOnly cookieAck        ES I1 IN ES ES CW ES ES ES SS SR SA RJ CL
  inputOnly shutdown         SR I1 IN CS CR CW CO CE SR SS SR SA RJ CL
  inputOnly shutdownAck      CL IN IN CS CR CW CO CE CL CL SR CL RJ CL
  inputOnly shutdownComplete CL CL CL CL CL CW CO CE ES SS CL CL RJ CL
  inputOnly error            CL I1 IN CS CR CW CO CE ES SS SR SA RJ CL
  inputOnly abort            CL CL CL CL CL RJ CL CL CL CL CL CL CL CL`;
const names = 'NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL'.split(' ');
const seconds = [2, 4, 61, 61, 61, 61, 61, 61, 900, 61, 61, 61, 4, 61];
const stateCalled = (name = ''): SctpState => sctpStates[names.indexOf(name)] ?? 'NONE';

const cells = described
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [direction, event, ...states] = line.trim().split(/ +/);
    return states.map((name, index) => ({
      direction: direction as Direction,
      event: event as SctpChunkName,
      before: sctpStates[index] ?? 'NONE',
      after: stateCalled(name),
    }));
  });

/** A director with an SCTP service, which may have one association in any state. */
class Associations {
  readonly director = new VmDirector();

  constructor(settings: Partial<DirectorSettings> = {}, setup: Setup = {}) {
    this.director.localClients = setup.method !== 'gatewaying';
    configure(this.director, { protocol: 'sctp', ...setup });
    this.director.apply({ kind: 'changeSettings', settings });
  }

  put(state: SctpState): void {
    const [[key, entry] = []] = this.director.entriesOf('connections4');
    const [server] = this.director.registry.servers.values();
    if (key === undefined || entry === undefined || server === undefined) throw new Error('none');
    const word = (entry.word & ~stateMask) | sctpStateNumber(state);
    this.director.open('connections4').set(key, { ...entry, word });
    const active = state === 'ESTABLISHED' ? 1 : 0;
    server.record.setU32('active', active);
    server.record.setU32('inactive', 1 - active);
  }

  send(...chunks: readonly SctpChunkName[]): string {
    return this.director.run('tc', arriving(sctp(client, vip, { chunks }))).verdict;
  }
  answer(...chunks: readonly SctpChunkName[]): string {
    const packet = frame(sctp(first, client, { chunks }), fromServer(0));
    return this.director.run('tc', packet).verdict;
  }

  get seen(): { state: string; seconds: number; active: number; inactive: number } {
    const [connection] = this.director.connections();
    const { active, inactive } = this.director.countsOf(first.address);
    const { state = 'none', expiresInSeconds = 0 } = connection ?? {};
    return { state, seconds: expiresInSeconds, active, inactive };
  }
}

const expected = (state: SctpState): Associations['seen'] => ({
  state,
  seconds: seconds[sctpStates.indexOf(state)] ?? 0,
  active: state === 'ESTABLISHED' ? 1 : 0,
  inactive: state === 'ESTABLISHED' ? 0 : 1,
});

describe.each(['input', 'output', 'inputOnly'] as const)('a chunk, %s', (direction) => {
  // An INIT on an association that has ended would begin another one.
  const one = new Associations(
    { conn_reuse_mode: 0 },
    { method: direction === 'inputOnly' ? 'gatewaying' : 'masquerading' },
  );
  one.send('init');

  test.each(cells.filter((cell) => cell.direction === direction))(
    '$event turns $before into $after',
    ({ event, before, after }) => {
      one.put(before);
      if (direction === 'output') one.answer(event);
      else one.send(event);

      expect(one.seen).toEqual(expected(after));
    },
  );
});

describe('an association', () => {
  test('by NAT goes through the states that ip_vs shows', () => {
    const one = new Associations();
    const states = (
      [
        ['send', 'init'],
        ['answer', 'initAck'],
        ['send', 'cookieEcho'],
        ['answer', 'cookieAck'],
        ['send', 'data'],
        ['send', 'shutdown'],
        ['answer', 'shutdownAck'],
        ['send', 'shutdownComplete'],
      ] as const
    ).map(([who, chunk]) => {
      one[who](chunk);
      return one.seen.state;
    });

    expect(states).toEqual([
      'INIT1',
      'C-SENT',
      'C-REPLIED',
      'ESTABLISHED',
      'ESTABLISHED',
      'S-RECEIVED',
      'S-ACK-SENT',
      'CLOSED',
    ]);
    expect(one.director.connections()).toMatchObject([{ protocol: 'sctp', destination: first }]);
  });

  test('is opened by INIT alone', () => {
    const one = new Associations();
    for (const chunk of ['data', 'cookieEcho', 'abort'] as const) {
      expect(one.send(chunk)).toBe('pass');
    }
    expect(one.send('init')).toBe('redirect');
  });

  test('is opened by anything but ABORT with sloppy_sctp', () => {
    const one = new Associations({ sloppy_sctp: 1 });
    expect(one.send('abort')).toBe('pass');

    expect(one.send('data')).toBe('redirect');
    expect(one.seen).toEqual(expected('ESTABLISHED'));
  });

  test('ends by an ABORT behind a cookie', () => {
    const one = new Associations();
    one.send('init');
    one.put('ESTABLISHED');
    one.send('cookieEcho', 'data');
    expect(one.seen.state).toBe('ESTABLISHED');

    one.send('cookieEcho', 'abort');

    expect(one.seen.state).toBe('CLOSED');
  });

  test('that has ended makes place for a new one', () => {
    const one = new Associations({}, { servers: 2 });
    one.send('init');
    expect(one.director.connections()).toMatchObject([{ destination: second }]);
    one.send('abort');

    one.send('init');

    expect(one.director.connections()).toMatchObject([{ state: 'INIT1', destination: first }]);
  });

  test('that is half-open makes room in a full table', () => {
    const director = new VmDirector({ connections: 16 });
    configure(director, { protocol: 'sctp' });
    for (let port = 1000; port < 1020; port++) {
      director.run('xdp', arriving(sctp({ ...client, port }, vip)));
    }
    expect(director.drops()).toEqual({});
    expect(director.evictions()).toEqual({ 'table full': 4 });
  });
});

describe('checksums of SCTP', () => {
  const sizes = [0, 1, 2, 3, 4, 100, 1400, 8900];
  const checksumOf = (packet: Uint8Array): number =>
    new DataView(packet.buffer, packet.byteOffset).getUint32(14 + 20 + 8, true);
  const sent = (special: SctpPacket, setup: Setup = {}, place: 'xdp' | 'tc' = 'xdp') => {
    const director = new VmDirector();
    configure(director, { protocol: 'sctp', mtu: 9000, ...setup });
    const { packet, verdict } = director.run(place, arriving(sctp(client, vip, special)));
    expect(verdict).toBe(place === 'xdp' ? 'transmit' : 'redirect');
    return packet;
  };
  /** Computed anew from everything. */
  const computed = (packet: Uint8Array): number => {
    const message = packet.slice(14 + 20);
    message.fill(0, 8, 12);
    return crc32c(message);
  };

  test.each(['xdp', 'tc'] as const)('are right after NAT, whatever the length, %s', (place) => {
    for (const size of sizes) {
      const packet = sent({ payload: payloadOf(size) }, {}, place);
      expect(checksumOf(packet), `${size} bytes`).toBe(computed(packet));
    }
  });

  test('of answers are right as well', () => {
    const director = new VmDirector();
    configure(director, { protocol: 'sctp' });
    director.run('xdp', arriving(sctp(client, vip)));
    const answer = frame(sctp(first, client, { chunks: ['initAck'] }), fromServer(0));

    const { packet } = director.run('xdp', answer);

    expect(new DataView(packet.buffer, packet.byteOffset).getUint16(34)).toBe(vip.port);
    expect(checksumOf(packet)).toBe(computed(packet));
  });

  test('are left alone by direct routing', () => {
    const packet = sent({ checksum: 0x1234_5678 }, { method: 'gatewaying' });
    expect(checksumOf(packet)).toBe(0x1234_5678);
  });

  test('stay wrong if they were, and 0 if there are none', () => {
    const wrong = sent({ checksum: 0x1234_5678 });
    expect(checksumOf(wrong)).not.toBe(computed(wrong));
    expect(checksumOf(sent({ checksum: 0 }))).toBe(0);
  });
});

test('an ICMP error about an association follows it', () => {
  const one = new Associations();
  one.send('init');
  const quoted = sctp(vip, client, { chunks: ['data'] });
  const error = icmpError('198.51.100.1', vip.address, 'portUnreachable', quoted);

  expect(one.director.run('tc', arriving(error)).verdict).toBe('redirect');
});
