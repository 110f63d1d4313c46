import { all, bytes, packed, u16, u32, type Pointer, type U32, type Value } from '@evs/ebpf';
import type { EthernetLayout } from '../../packet/index.ts';
import { RealServerFlag, type Connection, type RealServerSlot } from '../layouts.ts';
import { drop, type Assembly, type Surroundings } from './assembly.ts';
import type { Family } from './family.ts';
import { ingressIfindex, transmit } from './frame.ts';
import { handToPeer } from './peers.ts';

type ServerPointer = Pointer<typeof RealServerSlot>;
type ConnectionPointer = Pointer<typeof Connection>;

/** struct bpf_redir_neigh of include/uapi/linux/bpf.h. */
const NeighbourTarget = packed('bpf_redir_neigh', { family: u32, address: bytes(16) });
/** BPF_F_INGRESS: the device receives the packet instead of sending it. */
const receive = 1;

/** Writes the MAC addresses of a real server (or of the router before it) into the frame. */
export const addressFrame = (ethernet: Pointer<EthernetLayout>, server: ServerPointer): void =>
  ethernet.copyBytes(0, server, server.layout.offsetOf('destinationMac'), 12);

export const isResolved = (server: ServerPointer) =>
  server.get('flags').hasBits(RealServerFlag.resolved);

/**
 * Hands the frame to the real server's device. Only tc meets a server whose MAC address is unknown (XDP leaves
 * such packets to it): the kernel then asks for the address and keeps the packet meanwhile.
 */
export function sendToServer(a: Assembly, family: Family, server: ServerPointer): void {
  const { b } = a;
  b.within('send', () => {
    const ifindex = server.get('ifindex');
    if (a.hook === 'xdp') return sendBack(a, ifindex);
    b.if(isResolved(server), () => sendOut(a, ifindex));
    b.if(ifindex.eq(0), () => drop(a, 'no route to the real server'));
    const target = b.local(NeighbourTarget);
    target.set('family', family.number);
    target.copyBytes(4, server, server.layout.offsetOf('nextHop'), 16);
    b.return(b.helper('redirect_neigh', ifindex, target, NeighbourTarget.sizeBytes, 0).to(u32));
  });
}

/** tc: by the device's queue, or past it. */
function sendOut(a: Surroundings, ifindex: Value<U32>): void {
  handToPeer(a, ifindex);
  a.b.return(a.b.helper('redirect', ifindex, 0).to(u32));
}

/** XDP: out of the device it came from, or of another one. */
function sendBack(a: Surroundings, ifindex: Value<U32>): void {
  const { b, packet } = a;
  b.if(ifindex.eq(ingressIfindex(packet)), () => b.return(transmit));
  b.return(b.helper('redirect', ifindex, 0).to(u32));
}

/**
 * A connection that came from another director, and whose client has sent nothing here yet: XDP leaves its replies to
 * tc.
 */
export function leaveUnknownWay(a: Surroundings, connection: ConnectionPointer): void {
  if (!a.features.adopting || a.hook === 'tc') return;
  a.b.if(isWayUnknown(connection), () => a.b.return(a.verdict.pass));
}

const isWayUnknown = (connection: ConnectionPointer) => {
  const at = connection.layout.offsetOf('hopMac');
  return all(connection.load(u32, at).eq(0), () => connection.load(u16, at + 4).eq(0));
};

/** Hands a reply to its client, by the way its requests come or, if there were none, by the kernel's routes. */
export function sendBackward(a: Surroundings, connection: ConnectionPointer): void {
  const { b, features } = a;
  const ifindex = connection.get('hopIfindex');
  if (features.adopting && a.hook === 'tc') {
    b.if(isWayUnknown(connection), () => {
      b.unlikely();
      b.return(b.helper('redirect_neigh', ifindex, 0, 0, 0).to(u32));
    });
  }
  sendToClient(a, ifindex, false);
}

/** Hands a reply to the device its client's requests come from; a local client's to the loopback device. */
export function sendToClient(a: Surroundings, ifindex: Value<U32>, toLocal: boolean): void {
  if (a.hook === 'xdp') sendBack(a, ifindex);
  else if (toLocal) a.b.return(a.b.helper('redirect', ifindex, receive).to(u32));
  else sendOut(a, ifindex);
}
