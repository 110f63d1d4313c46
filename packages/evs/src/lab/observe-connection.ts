import { etherType, PacketSocket, withNetworkNamespace } from '../linux/index.ts';
import { namespaceFile } from './clearance.ts';
import { readHop, traceHops, type Hop } from './hop.ts';
import type { Lab } from './lab.ts';
import { requestPage } from './request.ts';
import type { ClientName, HostName } from './topology.ts';

/**
 * Sends one request and returns the way of its connection's first packets. The switch receives every
 * frame of the directors' segment exactly once, whoever sends it and at whatever hook; the other segment is
 * one cable, heard at its end.
 */
export async function observeConnection(lab: Lab, client: ClientName): Promise<Hop[]> {
  using lan = listen(lab, 'switch', true);
  using outside = listen(lab, 'remote', false);
  await requestPage(lab, client);
  const hops = [...waiting(lan), ...waiting(outside)].flatMap((frame) => readHop(frame) ?? []);
  return traceHops(client, hops);
}

/** Hears every device of a host. */
function listen(lab: Lab, host: HostName, incomingOnly: boolean): PacketSocket {
  const allDevices = 0;
  const options = { protocol: etherType.all, incomingOnly };
  return withNetworkNamespace(
    namespaceFile(lab.name, host),
    () => new PacketSocket(allDevices, options),
  );
}

/** The frames that the socket has kept for us. */
function waiting(socket: PacketSocket): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let frame = socket.receive(); frame !== undefined; frame = socket.receive()) {
    frames.push(frame);
  }
  return frames;
}
