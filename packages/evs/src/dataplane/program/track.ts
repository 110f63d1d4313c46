import {
  u32,
  u64,
  u8,
  type Builder,
  type Operand,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import { IpProtocol, TcpFlag } from '../../packet/index.ts';
import {
  ConnectionFlag,
  packetCountMask,
  stateMask,
  tcpTimeoutFields,
  type Connection,
  type RealServerSlot,
} from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { sctpStateBits, sctpStateNumber } from '../sctp-states.ts';
import {
  activeStates,
  packRow,
  secureTransitions,
  stateBits,
  stateNumber,
  tcpStates,
  tcpTransitions,
  type Direction,
  type TcpEvent,
} from '../tcp-states.ts';
import { announce } from './announce.ts';
import { seesReplies, type Assembly } from './assembly.ts';
import { byProtocol } from './by-protocol.ts';
import { ingressIfindex } from './frame.ts';
import type { Flow } from './parse.ts';
import { assure } from './persistence/control.ts';
import { nextSctpState, sctpTimeoutOf } from './track-sctp.ts';

type ConnectionPointer = Pointer<typeof Connection>;
type ServerPointer = Pointer<typeof RealServerSlot>;

const activeMask = stateBits(activeStates) | sctpStateBits(['ESTABLISHED']);

/** 1 if connections in this state count as active, else 0. */
export const isActive = (b: Builder, state: Value<U32>): Value<U32> =>
  b.constant(u32, activeMask).shr(state).and(1);

/**
 * Lets a packet move its connection's state, restart its timer and correct the real server's counts. The flow's key
 * is the connection's, whatever the direction.
 */
export function track(
  a: Assembly,
  flow: Flow,
  connection: ConnectionPointer,
  server: ServerPointer,
  direction: 'input' | 'output',
): void {
  const { b, features } = a;
  b.within('track', () => {
    const tcp = (): void => trackTcp(a, flow, connection, server, direction);
    const udp = (): void => {
      const settings = b.staticValue(a.maps.settings);
      if (direction === 'output') seeOutput(a, connection);
      restartTimer(a, flow, connection, direction, settings.get('udp'));
    };
    const sctp = (): void => {
      changeState(a, flow, connection, server, direction, connection.get('word'), ofSctp(a, flow));
    };
    byProtocol(b, features, flow.protocol, { tcp, udp, sctp });
    if (features.announcing && direction === 'input') announce(a, flow, connection);
  });
}

/** How a protocol's connections go on. */
interface Course {
  readonly next: (direction: Direction, state: Value<U32>) => Value<U32>;
  readonly timeoutOf: (state: Value<U32>) => Value<U64>;
  readonly established: number;
}

const ofTcp = (a: Assembly, flow: Flow): Course => ({
  next: (direction, state) => nextState(a, flow, direction, state),
  timeoutOf: (state) => timeoutOf(a.b, a.maps, state),
  established: stateNumber('ESTABLISHED'),
});

const ofSctp = (a: Assembly, { chunk }: Flow): Course => ({
  next: (direction, state) => nextSctpState(a.b, chunk ?? a.b.constant(u8, 0), direction, state),
  timeoutOf: (state) => sctpTimeoutOf(a.b, a.maps, state),
  established: sctpStateNumber('ESTABLISHED'),
});

function trackTcp(
  a: Assembly,
  flow: Flow,
  connection: ConnectionPointer,
  server: ServerPointer,
  direction: 'input' | 'output',
): void {
  const { b } = a;
  const word = connection.get('word');
  const state = word.and(stateMask);
  const settings = b.staticValue(a.maps.settings);
  const event = flow.flags.and(TcpFlag.syn | TcpFlag.fin | TcpFlag.rst | TcpFlag.ack);
  const established = stateNumber('ESTABLISHED');
  const course = ofTcp(a, flow);
  // The bulk of all packets: a plain ACK or data on an established connection changes nothing.
  b.if(
    event.eq(TcpFlag.ack),
    () => {
      b.if(
        state.eq(established),
        () => restartTimer(a, flow, connection, direction, settings.get('established')),
        () => changeState(a, flow, connection, server, direction, word, course),
      );
    },
    () => changeState(a, flow, connection, server, direction, word, course),
  );
}

function changeState(
  a: Assembly,
  flow: Flow,
  connection: ConnectionPointer,
  server: ServerPointer,
  direction: 'input' | 'output',
  word: Value<U32>,
  course: Course,
): void {
  const { b, features } = a;
  const state = word.and(stateMask);
  const next = b.variable(u32, 0);
  if (direction === 'output') next.set(course.next('output', state));
  else {
    b.if(
      word.hasBits(ConnectionFlag.noOutput),
      () => next.set(course.next('inputOnly', state)),
      () => next.set(course.next('input', state)),
    );
  }
  const kept = word.and(
    ~stateMask & ~(direction === 'output' ? ConnectionFlag.noOutput : 0) & 0xffff_ffff,
  );
  const wanted = kept.or(next);
  b.if(wanted.ne(word), () => {
    // Whoever exchanges the word settles the counts; a loser's event is lost, never a count.
    const before = connection.compareExchange('word', word, wanted);
    b.if(before.eq(word), () => {
      recount(b, server, state, next);
      if (features.persistence) {
        b.if(next.eq(course.established), () =>
          assure(b, features, flow.family, flow.key, connection),
        );
      }
    });
  });
  restartTimer(a, flow, connection, direction, course.timeoutOf(next));
}

/** The state after the packet, from its first flag in the order RST, SYN, FIN, ACK; none of them closes. */
function nextState(a: Assembly, flow: Flow, direction: Direction, state: Value<U32>): Value<U32> {
  const { b } = a;
  const packed = b.variable(u64, packRow(tcpStates.map(() => stateNumber('CLOSE'))));
  const choose = (events: readonly [TcpEvent, number][]): void => {
    const [first, ...rest] = events;
    if (first === undefined) return;
    const [event, flag] = first;
    b.if(
      flow.flags.hasBits(flag),
      () => packed.set(rowFor(a, direction, event)),
      () => choose(rest),
    );
  };
  choose([
    ['rst', TcpFlag.rst],
    ['syn', TcpFlag.syn],
    ['fin', TcpFlag.fin],
    ['ack', TcpFlag.ack],
  ]);
  return packed.shr(state.shl(2).to(u64)).and(15).to(u32);
}

/** Next states for an event; those of secure_tcp while it is in force. */
function rowFor(a: Assembly, direction: Direction, event: TcpEvent): Operand<U64> {
  const { b, features, maps } = a;
  const usual = packRow(tcpTransitions[direction][event]);
  const secure = secureTransitions[direction][event];
  if (secure === undefined || !features.settings.includes('secure_tcp')) return usual;
  const inForce = b.staticValue(maps.settings).get('secureTcp').ne(0);
  return b.select(inForce, u64, packRow(secure), usual);
}

/** Timeout of a TCP state, in jiffies. */
function timeoutOf(b: Builder, maps: DirectorMaps, state: Value<U32>): Value<U64> {
  const settings = b.staticValue(maps.settings);
  const timeout = b.variable(u64, settings.get('none'));
  b.switch(
    state,
    tcpTimeoutFields
      .map((field, number) => [number, () => timeout.set(settings.get(field))] as const)
      .slice(1),
  );
  return timeout;
}

/**
 * Writes the new end of life only when the clock has moved: a busy flow's cache line stays clean. At the same
 * rate it learns where the client's packets come from, so that replies follow a change of router.
 */
function restartTimer(
  a: Assembly,
  flow: Flow,
  connection: ConnectionPointer,
  direction: 'input' | 'output',
  timeout: Value<U64>,
): void {
  const expires = a.now.add(timeout);
  if (direction === 'input' && a.features.settings.includes('drop_entry')) countFew(a, connection);
  a.b.if(connection.get('expires').ne(expires), () => {
    connection.set('expires', expires);
    // At the clock's rate, too: a datagram of the real server assures the template.
    if (direction === 'output' && a.features.persistence && a.features.udp) {
      a.b.if(flow.protocol.eq(IpProtocol.udp), () =>
        assure(a.b, a.features, flow.family, flow.key, connection),
      );
    }
    if (direction === 'input' && seesReplies(a.features)) {
      connection.copy('hopMac', flow.ethernet, 'source');
      connection.copy('ownMac', flow.ethernet, 'destination');
      connection.set('hopIfindex', ingressIfindex(a.packet));
    }
  });
}

/** drop_entry spares connections that have had more packets than these: they are not counted on. */
const manyPackets = 9;

function countFew({ b }: Assembly, connection: ConnectionPointer): void {
  const packets = connection.get('packets');
  b.if(packets.and(packetCountMask).lt(manyPackets), () => {
    connection.set('packets', packets.add(1));
  });
}

function seeOutput(a: Assembly, connection: ConnectionPointer): void {
  const word = connection.get('word');
  a.b.if(word.hasBits(ConnectionFlag.noOutput), () => {
    connection.compareExchange('word', word, word.and(~ConnectionFlag.noOutput & 0xffff_ffff));
  });
}

/** Moves one connection between a real server's active and inactive counts. */
export function recount(
  b: Builder,
  server: ServerPointer,
  before: Value<U32>,
  after: Value<U32>,
): void {
  const change = isActive(b, after).sub(isActive(b, before));
  b.if(change.ne(0), () => {
    server.atomicAdd('active', change);
    server.atomicAdd('inactive', change.negate());
  });
}
