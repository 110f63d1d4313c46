import {
  all,
  any,
  not,
  u16,
  u32,
  u64,
  type Condition,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import {
  Connection,
  ConnectionFlag,
  Method,
  ServiceFlag,
  type RealServerSlot,
  type ServiceSlot,
} from '../layouts.ts';
import { sctpStateNumber } from '../sctp-states.ts';
import { stateNumber } from '../tcp-states.ts';
import { accountConnection } from './account.ts';
import { drop, seesReplies, type Assembly, type Features, type MethodName } from './assembly.ts';
import { byProtocol } from './by-protocol.ts';
import { countConnection, uncountConnection } from './counts.ts';
import { findRealServer, findService } from './find.ts';
import { ingressIfindex } from './frame.ts';
import { makeRoom, nextPlace, remember } from './half-open.ts';
import { comesFromClient, opensConnection, portsOf, type Flow, type Origin } from './parse.ts';
import { choose, type Choice } from './persistence/choose.ts';
import { release } from './persistence/control.ts';
import { refuse } from './refuse.ts';
import { replyKey } from './retire.ts';

interface Beginning {
  readonly state: Value<U32>;
  readonly timeout: Value<U64>;
}

/** What depends on the packet that makes a connection. */
interface Opening {
  /** Whether it may. */
  readonly may: Condition;
  /** State and timeout of the entry until a packet is tracked. */
  readonly begin: () => Beginning;
  /** Ends its way if there is no real server. */
  readonly refuse: () => void;
  /** Sends it its way if it is all of its connection. */
  readonly forwardOnce: (connection: Pointer<typeof Connection>) => void;
}

/**
 * Makes a connection for a flow that has none: finds its service, asks the scheduler and enters it into the
 * tables. Passes what no service wants or what cannot open a connection. A datagram of a service with one-packet
 * scheduling goes its way at once.
 */
export const connect = (
  a: Assembly,
  flow: Flow,
  forwardOnce: Opening['forwardOnce'],
): Pointer<typeof Connection> =>
  open(a, flow, {
    may: opensConnection(flow, a.features),
    begin: () => beginFlow(a, flow),
    refuse: () => refuse(a, flow.family, 'no real server available', 'portUnreachable'),
    forwardOnce,
  });

/**
 * `schedule_icmp`: the same for a flow that an ICMP error is about. As in ip_vs it stays in its first state for three
 * seconds if no packet comes, and there is no error about an error. One about a datagram of a service with one-packet
 * scheduling is left to the host: any real server may have sent that.
 */
export const connectQuoted = (a: Assembly, quoted: Origin): Pointer<typeof Connection> =>
  open(a, quoted, {
    may: comesFromClient(quoted),
    begin: () => ({
      state: a.b.constant(u32, 0),
      timeout: a.b.staticValue(a.maps.settings).get('second').mul(3),
    }),
    refuse: () => drop(a, 'no real server available'),
    forwardOnce: () => a.b.return(a.verdict.pass),
  });

function open(a: Assembly, flow: Origin, opening: Opening): Pointer<typeof Connection> {
  const { b, features, verdict, maps } = a;
  return b.within('connect', () => {
    b.if(
      opening.may,
      () => undefined,
      () => b.return(verdict.pass),
    );
    const index = findService(a, flow).get('index');
    const service = b.lookup(maps.services, index).orReturn(verdict.pass);
    if (hasOtherPorts(features)) needPersistence(a, service, flow);
    if (features.settings.includes('drop_packet')) dropSome(a);
    const choice = choose(a, service, flow);
    const { slot } = choice;
    b.if(slot.eq(0), () => {
      bypass(a, service);
      if (features.ftp) leaveFtpData(a, service, flow);
      opening.refuse();
    });
    const server = findRealServer(a, slot);
    const beginning = opening.begin();
    const connection = describe(a, flow, service, choice, server, beginning);
    if (features.onePacket) {
      b.if(isOnePacket(service, flow), () => {
        if (features.persistence) release(b, features, flow.family, flow.key, connection);
        opening.forwardOnce(connection);
      });
    }
    enter(a, flow, connection, server, beginning.state);
    accountConnection(a, slot);
    return b
      .lookup(flow.family.connections, flow.key)
      .orElse(() => drop(a, 'connection being removed'));
  });
}

/** Every datagram is scheduled, and forgotten; segments of TCP, which a service by mark may have, are not. */
const isOnePacket = (service: Pointer<typeof ServiceSlot>, flow: Origin): Condition =>
  all(service.get('flags').hasBits(ServiceFlag.onePacket), flow.protocol.eq(IpProtocol.udp));

/** Services may get packets of other ports than their own. */
const hasOtherPorts = ({ ftp, anyPort, marks }: Features): boolean => ftp || anyPort || marks;

const isPersistent = (service: Pointer<typeof ServiceSlot>) => () =>
  service.get('flags').hasBits(ServiceFlag.persistent);
const isByMark = (service: Pointer<typeof ServiceSlot>) => () => service.get('mark').ne(0);

/** A service takes other ports than its own only if it is persistent: the host has them else. */
function needPersistence(a: Assembly, service: Pointer<typeof ServiceSlot>, flow: Origin): void {
  const isOwnPort = service.get('port').eq(portsOf(flow).destination);
  a.b.if(
    any(isOwnPort, isPersistent(service), isByMark(service)),
    () => undefined,
    () => a.b.return(a.verdict.pass),
  );
}

/**
 * `cache_bypass`: a transparent proxy without a real server is passed over. The host sends the packet, and those that
 * follow it, where they wanted to go.
 */
function bypass({ b, features, verdict }: Assembly, service: Pointer<typeof ServiceSlot>): void {
  if (!features.marks || !features.settings.includes('cache_bypass')) return;
  b.if(service.get('mark').ne(0), () => b.return(verdict.pass));
}

/** No real server is to be had. The host itself may have what FTP clients want of other ports. */
function leaveFtpData(a: Assembly, service: Pointer<typeof ServiceSlot>, flow: Origin): void {
  const isFtp = service.get('port').eq(21);
  a.b.if(all(isFtp, portsOf(flow).destination.ne(21)), () => a.b.return(a.verdict.pass));
}

/** drop_packet: refuses the first of every so many packets that would make a connection. */
function dropSome(a: Assembly): void {
  const { b, maps } = a;
  const settings = b.staticValue(maps.settings);
  const rate = settings.get('dropRate');
  b.if(rate.ne(0), () => {
    b.if(settings.fetchAdd('seen', 1).mod(rate).eq(0), () => drop(a, 'drop_packet'));
  });
}

const methodFlags: Readonly<Record<MethodName, number>> = {
  masquerading: ConnectionFlag.masquerading,
  tunneling: ConnectionFlag.tunneling | ConnectionFlag.noOutput,
  gatewaying: ConnectionFlag.noOutput,
};

/** State and timeout of a connection before its first packet is tracked. */
function beginFlow(a: Assembly, flow: Flow): Beginning {
  const { b, features } = a;
  const state = b.variable(u32, 0);
  const timeout = b.variable(u64, 0);
  const settings = b.staticValue(a.maps.settings);
  const tcp = (): void => {
    state.set(openingState(features));
    timeout.set(settings.get('synReceived'));
  };
  const udp = (): void => timeout.set(settings.get('udp'));
  const sctp = (): void => {
    state.set(sctpStateNumber('NONE'));
    timeout.set(settings.get('none'));
  };
  byProtocol(b, features, flow.protocol, { tcp, udp, sctp });
  return { state, timeout };
}

/** By arithmetic: the verifier would walk the rest for each method that a comparison told. */
function flagsOf({ b, features: { methods } }: Assembly, method: Value<U32>): Value<U32> {
  const [first, ...others] = methods.map((name) => [Method[name], methodFlags[name]] as const);
  if (first === undefined || others.length === 0) return b.constant(u32, first?.[1] ?? 0);
  const packedFlags = [first, ...others].reduce(
    (packed, [number, flags]) => packed | (BigInt(flags) << BigInt(16 * number)),
    0n,
  );
  return b.constant(u64, packedFlags).shr(method.and(3).shl(4).to(u64)).and(0xffff).to(u32);
}

/** The new entry, on the stack. */
function describe(
  a: Assembly,
  flow: Origin,
  service: Pointer<typeof ServiceSlot>,
  { slot, template }: Choice,
  server: Pointer<typeof RealServerSlot>,
  { state, timeout }: Beginning,
): Pointer<typeof Connection> {
  const { b, features } = a;
  const local = a.loopback ? ConnectionFlag.local : 0;
  const word = b.variable(u32, state.or(local).or(flagsOf(a, server.get('method'))));
  const connection = b.local(Connection);
  if (template !== undefined) {
    b.if(template.persistent.ne(0), () => {
      word.set(word.or(ConnectionFlag.controlled));
      connection.set('templateMask', template.mask);
      if (template.mark !== undefined) connection.set('mark', template.mark);
      if (template.call !== undefined) connection.set('packets', template.call());
      connection.store(u16, connection.layout.offsetOf('templatePort'), template.port);
    });
  }
  connection.set('expires', a.now.add(timeout));
  connection.set('word', word);
  connection.set('realServer', slot);
  connection.copy('hopMac', flow.ethernet, 'source');
  connection.copy('ownMac', flow.ethernet, 'destination');
  connection.set('hopIfindex', ingressIfindex(a.packet));
  if (a.loopback) connection.copy('localSource', server, 'localAddress');
  const port = b.variable(u16, server.load(u16, server.layout.offsetOf('port')));
  const virtualPort = portsOf(flow).destination;
  const keepsPort = hasOtherPorts(features)
    ? any(
        port.eq(0),
        all(isPersistent(service), () => service.get('port').ne(virtualPort)),
      )
    : port.eq(0);
  b.if(keepsPort, () => port.set(virtualPort.reinterpret(u16)));
  connection.store(u16, connection.layout.offsetOf('port'), port);
  return connection;
}

/**
 * The state that a TCP connection is entered with, before its first packet is tracked. It is nearly always the
 * one after that packet, too, which saves a change.
 */
const openingState = ({ settings }: Features): number =>
  stateNumber(
    settings.includes('sloppy_tcp') || settings.includes('secure_tcp') ? 'NONE' : 'SYN_RECV',
  );

/**
 * Enters a connection into the tables and counts it; undoes that if the table is full and nothing gives way.
 * There is a place among the replies whenever there is one among the connections.
 */
function enter(
  a: Assembly,
  flow: Origin,
  connection: Pointer<typeof Connection>,
  server: Pointer<typeof RealServerSlot>,
  state: Value<U32>,
): void {
  const { b, features, maps } = a;
  const { family, key } = flow;
  countConnection(b, features, server, state);
  const giveUp = (): void => {
    uncountConnection(b, features, server, state);
    if (features.persistence) release(b, features, family, key, connection);
    drop(a, 'connection table full');
  };
  const create = (): Value<U64> => b.update(family.connections, key, connection, 'create');
  if (features.tcp || features.sctp) {
    const isUdp = flow.protocol.eq(IpProtocol.udp);
    const place = b.variable(u32, 0);
    const take = (): void => place.set(nextPlace(b, maps));
    if (features.udp) b.if(not(isUdp), take);
    else take();
    b.if(create().ne(0), () => {
      b.unlikely();
      if (features.udp) b.if(isUdp, take);
      place.set(makeRoom(a, family, place));
      b.if(create().ne(0), giveUp);
    });
    const leave = (): void => remember(a, family, key, place);
    if (features.udp) b.if(not(isUdp), leave);
    else leave();
  } else b.if(create().ne(0), giveUp);
  if (seesReplies(features)) {
    b.if(connection.get('word').hasBits(ConnectionFlag.masquerading | ConnectionFlag.local), () => {
      const reply = replyKey(b, features, family, key, connection, server);
      b.update(family.replies, reply, key);
    });
  }
}
