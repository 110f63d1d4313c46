import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the client is asked, one line of JSON each; it answers with one line of text. */
export type PickRequest =
  | {
      readonly kind: 'tcp' | 'udp';
      readonly vip: string;
      readonly port: number;
      readonly from: string;
      /** 0: any. */
      readonly fromPort: number;
      /** The connection stays open under this number, counted from 0. */
      readonly keep: boolean;
    }
  | { readonly kind: 'close'; readonly which: number };

const timeoutMs = 3000;
const connections: Socket[] = [];

/** The answer of whoever took the connection. */
async function open(request: PickRequest & { kind: 'tcp' | 'udp' }): Promise<string> {
  const { vip, port, from, fromPort, keep } = request;
  const socket = connect({ host: vip, port, localAddress: from, localPort: fromPort });
  connections.push(socket);
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(timeoutMs) })) as [
    Buffer,
  ];
  if (!keep) await close(socket);
  return answer.toString();
}

/** Ends a connection and waits for the other side to do so. */
async function close(socket: Socket | undefined): Promise<void> {
  if (socket === undefined || socket.destroyed) return;
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

async function exchange(request: PickRequest & { kind: 'tcp' | 'udp' }): Promise<string> {
  const socket = createSocket('udp4');
  socket.bind(request.fromPort, request.from);
  await once(socket, 'listening');
  socket.send('who', request.port, request.vip);
  const [answer] = (await once(socket, 'message', {
    signal: AbortSignal.timeout(timeoutMs),
  })) as [Buffer];
  socket.close();
  return answer.toString();
}

async function answer(request: PickRequest): Promise<string> {
  try {
    if (request.kind === 'close') {
      await close(connections[request.which]);
      return 'closed';
    }
    return request.kind === 'udp' ? await exchange(request) : await open(request);
  } catch (error) {
    return String(error);
  }
}

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${await answer(JSON.parse(line) as PickRequest)}\n`);
}
process.exit(0);
