import { u16, type Pointer } from '@evs/ebpf';
import { ConnectionFlag, type Connection } from '../layouts.ts';
import { account } from './account.ts';
import type { Assembly } from './assembly.ts';
import { clampAnswer } from './clamp-segments.ts';
import { findRealServer } from './find.ts';
import { isFlow, type Datagram } from './parse.ts';
import { rewrite, type Rewrite } from './rewrite.ts';
import { leaveUnknownWay, sendBackward, sendToClient } from './send.ts';
import { decrementTimeToLive } from './time-to-live.ts';
import { track } from './track.ts';

/**
 * A real server's packet: if it belongs to a connection, the client sees it come from the VIP. `key`: its flow's, also
 * where the packet is a fragment without ports.
 */
export function reply(a: Assembly, datagram: Datagram, key: Pointer): void {
  const { b } = a;
  b.within('reply', () => {
    b.lookup(datagram.family.replies, key).match((request) => {
      b.lookup(datagram.family.connections, request)
        .where((connection) => connection.get('expires').gt(a.now))
        .match((connection) => {
          passBack(a, datagram, request, connection);
        });
    });
  });
}

function passBack(
  a: Assembly,
  datagram: Datagram,
  request: Pointer,
  connection: Pointer<typeof Connection>,
): void {
  const { b, features, verdict } = a;
  const slot = connection.get('realServer');
  const server = findRealServer(a, slot);
  const isLocal = connection.get('word').hasBits(ConnectionFlag.local);
  // XDP cannot reach a local socket: the same program at the tc hook does.
  if (a.hook === 'xdp' && features.localClients) b.if(isLocal, () => b.return(verdict.pass));
  leaveUnknownWay(a, connection);
  decrementTimeToLive(a, datagram);
  if (isFlow(datagram)) track(a, { ...datagram, key: request }, connection, server, 'output');
  account(a, slot, 'out', datagram.length);
  datagram.ethernet.copyBytes(0, connection, connection.layout.offsetOf('hopMac'), 12);
  const { addressBytes } = datagram.family;
  const fromVip: Rewrite = {
    source: { pointer: request, at: addressBytes },
    sourcePort: request.load(u16, 2 * addressBytes + 2),
  };
  if (a.hook === 'tc' && features.localClients) {
    b.if(isLocal, () => {
      rewrite(a, datagram, { ...fromVip, destination: { pointer: request, at: 0 } });
      clampAnswer(a, datagram, connection, server);
      sendToClient(a, connection.get('hopIfindex'), true);
    });
  }
  rewrite(a, datagram, fromVip);
  sendBackward(a, connection);
}
