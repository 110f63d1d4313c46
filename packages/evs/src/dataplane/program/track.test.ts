import { describe, expect, test } from 'vitest';
import { frame, tcp, udp, type TcpFlagName } from '../../../test/fixtures/packets.ts';
import { arriving, configure, fromServer, topologies } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import type { DirectorSettings } from '../../director/index.ts';
import { stateMask } from '../layouts.ts';
import {
  activeStates,
  stateNumber,
  tcpStates,
  tcpTimeouts,
  tcpTransitions,
  type Direction,
  type TcpEvent,
  type TcpState,
} from '../tcp-states.ts';

const { client, vip, servers } = topologies.ipv4;

/** The table of the kernel (ip_vs_proto_tcp), written down a second time; columns as in `tcpStates`. */
const described = `
  input      syn  SR ES ES SR SR SR SR SR SR SR SR
  input      fin  CL CW SS TW TW TW CL CW LA LI TW
  input      ack  ES ES SS ES FW TW CL CW CL LI ES
  input      rst  CL CL CL SR CL CL CL CL LA LI SR
  output     syn  SS ES SS SR SS SS SS SS SS LI SR
  output     fin  TW FW SS TW FW TW CL TW LA LI TW
  output     ack  ES ES SS ES FW TW CL CW LA ES ES
  output     rst  CL CL SS CL CL TW CL CL CL CL CL
  inputOnly  syn  SR ES ES SR SR SR SR SR SR SR SR
  inputOnly  fin  CL FW SS TW FW TW CL CW LA LI TW
  inputOnly  ack  ES ES SS ES FW TW CL CW CL LI ES
  inputOnly  rst  CL CL CL SR CL CL CL CL LA LI CL`;
/** Its rows that are others while secure_tcp is in force. */
const describedSecure = `
  input      syn  SR ES ES SR SR SR SR SR SR SR SA
  input      fin  CL CW SS TW TW TW CL CW LA LI SA
  input      ack  ES ES SS SR FW TW CL CW CL LI SA
  input      rst  CL CL CL SR CL CL CL CL LA LI CL
  output     syn  SS ES SS SA SS SS SS SS SS LI SA
  output     fin  TW FW SS TW FW TW CL TW LA LI TW
  output     ack  ES ES SS ES FW TW CL CW LA ES ES
  output     rst  CL CL SS CL CL TW CL CL CL CL CL
  inputOnly  syn  SA ES ES SR SA SA SA SA SA SA SA
  inputOnly  fin  CL FW SS TW FW TW CL CW LA LI TW
  inputOnly  ack  ES ES SS ES FW TW CL CW CL LI ES
  inputOnly  rst  CL CL CL SR CL CL CL CL LA LI CL`;
const abbreviations: Readonly<Record<string, TcpState>> = {
  NO: 'NONE',
  ES: 'ESTABLISHED',
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  FW: 'FIN_WAIT',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  LI: 'LISTEN',
  SA: 'SYNACK',
};

interface Cell {
  readonly direction: Direction;
  readonly event: TcpEvent;
  readonly before: TcpState;
  readonly after: TcpState;
}

const readCells = (text: string): readonly Cell[] =>
  text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [direction, event, ...states] = line.trim().split(/ +/);
      return states.map((name, index) => ({
        direction: direction as Direction,
        event: event as TcpEvent,
        before: tcpStates[index] ?? 'NONE',
        after: abbreviations[name] ?? 'NONE',
      }));
    });
const cells = readCells(described);
const secureCells = readCells(describedSecure);

test('the table that programs are made from is the one of the kernel', () => {
  expect(cells).toHaveLength(3 * 4 * 11);
  for (const { direction, event, before, after } of cells) {
    const row = tcpTransitions[direction][event];
    expect(tcpStates[row[stateNumber(before)] ?? 0]).toBe(after);
  }
});

const flagsOf: Readonly<Record<TcpEvent, readonly TcpFlagName[]>> = {
  syn: ['syn'],
  fin: ['fin', 'ack'],
  ack: ['ack'],
  rst: ['rst', 'ack'],
};

/** A director with one connection, which can be put into any state. */
class OneConnection {
  readonly director = new VmDirector();

  constructor(direction: Direction, settings: Partial<DirectorSettings> = {}) {
    this.director.localClients = direction !== 'inputOnly';
    configure(this.director, {
      method: direction === 'inputOnly' ? 'gatewaying' : 'masquerading',
    });
    this.director.apply({ kind: 'changeSettings', settings });
    this.director.run('tc', arriving(tcp(client, vip)));
  }

  /** As if the connection had come there by itself. */
  put(state: TcpState): void {
    const [[key, entry] = []] = this.director.entriesOf('connections4');
    const [server] = this.director.registry.servers.values();
    if (key === undefined || entry === undefined || server === undefined) throw new Error('none');
    const word = (entry.word & ~stateMask) | stateNumber(state);
    this.director.open('connections4').set(key, { ...entry, word });
    server.record.setU32('active', activeStates.includes(state) ? 1 : 0);
    server.record.setU32('inactive', activeStates.includes(state) ? 0 : 1);
  }

  send(direction: Direction, flags: readonly TcpFlagName[]): void {
    const packet =
      direction === 'output'
        ? frame(tcp(servers[0], client, { flags }), fromServer(0))
        : arriving(tcp(client, vip, { flags }));
    this.director.run('tc', packet);
  }

  get seen(): { state: string; seconds: number; active: number; inactive: number } {
    const [connection] = this.director.connections();
    const { active, inactive } = this.director.countsOf(servers[0].address);
    return {
      state: connection?.state ?? 'none',
      seconds: connection?.expiresInSeconds ?? 0,
      active,
      inactive,
    };
  }
}

const expected = (state: TcpState): OneConnection['seen'] => ({
  state,
  seconds: tcpTimeouts[state],
  active: activeStates.includes(state) ? 1 : 0,
  inactive: activeStates.includes(state) ? 0 : 1,
});

describe.each(['input', 'output', 'inputOnly'] as const)('a segment, %s', (direction) => {
  const one = new OneConnection(direction);
  const own = cells.filter((cell) => cell.direction === direction);

  test.each(own)('$event turns $before into $after', ({ event, before, after }) => {
    one.put(before);
    one.send(direction, flagsOf[event]);

    expect(one.seen).toEqual(expected(after));
  });

  test.each(tcpStates)('without any flag turns %s into CLOSE', (before) => {
    one.put(before);
    one.send(direction, ['psh']);

    expect(one.seen).toEqual(expected('CLOSE'));
  });
});

describe.each(['input', 'output', 'inputOnly'] as const)(
  'secure_tcp: a segment, %s',
  (direction) => {
    const one = new OneConnection(direction, { secure_tcp: 3 });
    const own = secureCells.filter((cell) => cell.direction === direction);

    test.each(own)('$event turns $before into $after', ({ event, before, after }) => {
      one.put(before);
      one.send(direction, flagsOf[event]);

      expect(one.seen).toEqual(expected(after));
    });
  },
);

test('secure_tcp: a connection by direct routing begins in SYNACK, one by NAT in SYN_RECV', () => {
  const states = (['inputOnly', 'input'] as const).map(
    (direction) => new OneConnection(direction, { secure_tcp: 3 }).seen.state,
  );
  expect(states).toEqual(['SYNACK', 'SYN_RECV']);
});

test('secure_tcp 1 changes nothing until something runs short', () => {
  const one = new OneConnection('inputOnly', { secure_tcp: 1 });
  expect(one.seen.state).toBe('SYN_RECV');
  one.director.resources = { ...one.director.resources, availablePages: 0 };
  one.director.publish();

  one.put('NONE');
  one.send('inputOnly', ['syn']);
  expect(one.seen.state).toBe('SYNACK');
});

test('a connection by NAT goes through the states of both sides', () => {
  const one = new OneConnection('input');
  const states = (
    [
      ['output', ['syn', 'ack']],
      ['input', ['ack']],
      ['output', ['ack']],
      ['input', ['fin', 'ack']],
      ['output', ['fin', 'ack']],
      ['input', ['ack']],
    ] as const
  ).map(([direction, flags]) => {
    one.send(direction, flags);
    return one.seen.state;
  });

  expect(states).toEqual([
    'SYN_RECV',
    'ESTABLISHED',
    'ESTABLISHED',
    'CLOSE_WAIT',
    'TIME_WAIT',
    'TIME_WAIT',
  ]);
});

test('a connection by direct routing goes through the states of the client alone', () => {
  const one = new OneConnection('inputOnly');
  const states = ([['ack'], ['fin', 'ack'], ['ack']] as const).map((flags) => {
    one.send('inputOnly', flags);
    return one.seen.state;
  });

  expect(states).toEqual(['ESTABLISHED', 'FIN_WAIT', 'FIN_WAIT']);
});

describe('timeouts', () => {
  test('are those of `--set`, for the next packet of a connection that exists', () => {
    const one = new OneConnection('input');
    one.director.apply({ kind: 'setTimeouts', timeouts: { tcp: 77, tcpFin: 33, udp: 11 } });

    one.put('ESTABLISHED');
    expect(one.seen.seconds).toBe(60);
    one.send('input', ['ack']);
    expect(one.seen.seconds).toBe(77);
    one.send('output', ['fin']);
    expect(one.seen).toMatchObject({ state: 'FIN_WAIT', seconds: 33 });
  });

  test('start again with every packet of either side', () => {
    const one = new OneConnection('input');
    one.send('output', ['ack']);

    for (const direction of ['input', 'output'] as const) {
      one.director.wait(500);
      one.send(direction, ['ack']);
      expect(one.seen.seconds).toBe(900);
    }
  });
});

describe('a UDP flow', () => {
  test('has one state, is never active, and lasts 300 seconds from its last packet', () => {
    const director = new VmDirector();
    configure(director, { protocol: 'udp' });
    director.run('xdp', arriving(udp(client, vip)));
    director.wait(200);
    director.run('xdp', frame(udp(servers[0], client), fromServer(0)));

    expect(director.connections()).toMatchObject([{ state: 'UDP', expiresInSeconds: 300 }]);
    expect(director.countsOf(servers[0].address)).toMatchObject({ active: 0, inactive: 1 });
  });
});
