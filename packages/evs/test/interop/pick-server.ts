import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Real servers that say who they are: `pick-server.ts PORT ADDRESS…`, by TCP and UDP. */
const [port = '', ...addresses] = process.argv.slice(2);

async function serve(address: string): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // a client that has gone
    socket.write(address);
  });
  await once(server.listen(Number(port), address), 'listening');
  const datagrams = createSocket('udp4');
  datagrams.on('message', (_, from) => datagrams.send(address, from.port, from.address));
  datagrams.bind(Number(port), address);
  await once(datagrams, 'listening');
}

await Promise.all(addresses.map(serve));
process.stdout.write('ready\n');
