import { u16, u32, u64, type Pointer, type U32, type Value } from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import {
  Connection,
  ConnectionFlag,
  Method,
  RealServerFlag,
  type RealServerSlot,
} from '../layouts.ts';
import { stateNumber } from '../tcp-states.ts';
import { accountConnection } from './account.ts';
import { drop, seesReplies, type Assembly, type MethodName } from './assembly.ts';
import { countConnection, uncountConnection } from './counts.ts';
import { findRealServer, findService } from './find.ts';
import { ingressIfindex } from './frame.ts';
import { opensConnection, type Flow } from './parse.ts';
import { replyKey } from './retire.ts';
import { schedule } from './schedule.ts';

/**
 * Makes a connection for a flow that has none: finds its service, asks the scheduler and enters it into the
 * tables. Passes what no service wants or what cannot open a connection.
 */
export function connect(a: Assembly, flow: Flow): Pointer<typeof Connection> {
  const { b, verdict, maps } = a;
  return b.within('connect', () => {
    b.if(
      opensConnection(flow),
      () => undefined,
      () => b.return(verdict.pass),
    );
    const index = findService(a, flow).orReturn(verdict.pass).get('index');
    const service = b.lookup(maps.services, index).orReturn(verdict.pass);
    const slot = schedule(a, service, flow);
    b.if(slot.eq(0), () => drop(a, 'no real server available'));
    const server = findRealServer(a, slot);
    const connection = describe(a, flow, slot, server);
    enter(a, flow, connection, server);
    accountConnection(a, slot);
    return b
      .lookup(flow.family.connections, flow.key)
      .orElse(() => drop(a, 'connection being removed'));
  });
}

const methodFlags: Readonly<Record<MethodName, number>> = {
  masquerading: ConnectionFlag.masquerading,
  tunneling: ConnectionFlag.tunneling | ConnectionFlag.noOutput,
  gatewaying: ConnectionFlag.noOutput,
};

/** The new entry, on the stack. */
function describe(
  a: Assembly,
  flow: Flow,
  slot: Value<U32>,
  server: Pointer<typeof RealServerSlot>,
): Pointer<typeof Connection> {
  const { b, features } = a;
  const word = b.variable(u32, a.loopback ? ConnectionFlag.local : 0);
  const timeout = b.variable(u64, 0);
  const settings = b.staticValue(a.maps.settings);
  const tcp = (): void => {
    word.set(word.or(stateNumber('SYN_RECV')));
    timeout.set(settings.get('synReceived'));
  };
  const udp = (): void => timeout.set(settings.get('udp'));
  if (features.tcp && features.udp) b.if(flow.protocol.eq(IpProtocol.tcp), tcp, udp);
  else (features.tcp ? tcp : udp)();
  b.switch(
    server.get('method'),
    features.methods.map(
      (name) => [Method[name], () => word.set(word.or(methodFlags[name]))] as const,
    ),
  );
  const connection = b.local(Connection);
  connection.set('expires', a.now.add(timeout));
  connection.set('word', word);
  connection.set('realServer', slot);
  connection.copy('hopMac', flow.ethernet, 'source');
  connection.copy('ownMac', flow.ethernet, 'destination');
  connection.set('hopIfindex', ingressIfindex(a.packet));
  if (a.loopback) connection.copy('localSource', server, 'localAddress');
  const port = b.variable(u16, server.load(u16, server.layout.offsetOf('port')));
  b.if(port.eq(0), () => port.set(flow.ports.load(u16, 2)));
  connection.store(u16, connection.layout.offsetOf('port'), port);
  return connection;
}

/** Enters a connection into the tables and counts it; undoes everything if a table is full. */
function enter(
  a: Assembly,
  flow: Flow,
  connection: Pointer<typeof Connection>,
  server: Pointer<typeof RealServerSlot>,
): void {
  const { b, features } = a;
  const { family, key } = flow;
  const isTcp = flow.protocol.eq(IpProtocol.tcp);
  const state = b.select(isTcp, u32, stateNumber('SYN_RECV'), 0);
  countConnection(b, features, server, state);
  const giveUp = (): void => {
    uncountConnection(b, features, server, state);
    drop(a, 'connection table full');
  };
  if (seesReplies(features)) {
    b.if(connection.get('word').hasBits(ConnectionFlag.masquerading | ConnectionFlag.local), () => {
      const reply = replyKey(b, features, family, key, connection, server);
      b.if(b.update(family.replies, reply, key).ne(0), giveUp);
    });
  }
  b.if(b.update(family.connections, key, connection, 'create').ne(0), giveUp);
}

export const isAvailable = (server: Pointer<typeof RealServerSlot>) =>
  server.get('flags').hasBits(RealServerFlag.available);
