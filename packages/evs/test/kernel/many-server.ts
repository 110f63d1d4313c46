import { once } from 'node:events';
import { createServer } from 'node:net';

/** `many-server.ts PORT`: sends back what it gets, on any number of connections. Prints a line when it listens. */
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}).listen({ port: Number(process.argv[2]), host: '::', backlog: 4096 });
await once(server, 'listening');
process.stdout.write('"ready"\n');
