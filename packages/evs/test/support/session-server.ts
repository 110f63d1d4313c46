import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Real servers: TCP ports 80 and 8080 that say nothing, UDP port 7 that echoes, UDP port 9 that does not. */
for (const port of [80, 8080]) {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // a client that has gone
    socket.resume();
  });
  await once(server.listen(port, '::'), 'listening');
}
for (const port of [7, 9]) {
  for (const address of ['10.1.0.1', '10.1.0.2', '2001:db8:1::1', '2001:db8:1::2']) {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (message, from) => {
      if (port === 7) socket.send(message, from.port, from.address);
    });
    socket.bind(port, address);
    await once(socket, 'listening');
  }
}
process.stdout.write('ready\n');
