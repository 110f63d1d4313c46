import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * A real server for tests: `traffic-server.ts NAME PORT ADDRESS…`. `GET /` answers with its name,
 * `GET /bytes/N` with N bytes, `POST /` with length and digest of the body; UDP datagrams come back behind its name.
 */
const [name = '', port = '', ...addresses] = process.argv.slice(2);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const count = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (count !== undefined) {
    response.end(Buffer.alloc(Number(count), name));
    return;
  }
  if (request.method !== 'POST') {
    response.end(name);
    return;
  }
  const hash = createHash('sha256');
  let length = 0;
  request.on('data', (part: Buffer) => {
    length += part.length;
    hash.update(part);
  });
  request.on('end', () => response.end(`${length} ${hash.digest('hex')}`));
}

/** One socket for each address: an answer leaves from the one that was asked. */
async function echo(address: string): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => {
    socket.send(`${name} ${message.toString()}`, from.port, from.address);
  });
  socket.bind(Number(port), address);
  await once(socket, 'listening');
}

await Promise.all(addresses.map(echo));
// Connections stay open while a slow machine assembles programs.
const server = createServer({ keepAliveTimeout: 60_000 }, answer).listen(Number(port), '::');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify(name)}\n`);
