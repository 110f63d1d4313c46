import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { isAlive } from './is-alive.ts';

/**
 * `many-client.ts ADDRESS COUNT PORT...`: opens so many connections to each port and keeps them. Prints how many it has of
 * each; and then, for each line of its input, how many of them sent back what they were sent.
 */
const [address = '', count = '', ...ports] = process.argv.slice(2);
const atOnce = 100;

async function open(port: string): Promise<Socket> {
  const socket = connect({ host: address, port: Number(port) });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function openMany(port: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < Number(count)) {
    const more = Math.min(atOnce, Number(count) - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => open(port)))));
  }
  return sockets;
}

async function countAlive(sockets: readonly Socket[], word: string): Promise<number> {
  const alive = await Promise.all(sockets.map((socket) => isAlive(socket, word)));
  return alive.filter(Boolean).length;
}

const print = (counts: readonly number[]): unknown =>
  process.stdout.write(`${JSON.stringify(counts)}\n`);

const groups = await Promise.all(ports.map(openMany));
print(groups.map(({ length }) => length));
let round = 0;
for await (const _ of createInterface(process.stdin)) {
  const word = `round ${++round}`;
  print(await Promise.all(groups.map((sockets) => countAlive(sockets, word))));
}
process.exit();
