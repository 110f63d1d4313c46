import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { isAlive } from './is-alive.ts';

/**
 * `opening-client.ts ADDRESS PAUSE PORT...`: opens a connection to each port every so many milliseconds, and keeps them all.
 * Prints an object when it begins; and then, for each line of its input, how many it had and, of those that do not send
 * back what they are sent, when they were established: milliseconds of the epoch. Those it forgets.
 */
const [address = '', pauseMs = '', ...ports] = process.argv.slice(2);
const established = new Map<Socket, number>();

function open(port: string): void {
  const socket = connect({ host: address, port: Number(port) });
  socket.on('error', () => socket.destroy());
  socket.once('connect', () => established.set(socket, Date.now()));
}

async function report(word: string): Promise<{ opened: number; lost: number[] }> {
  const sockets = [...established.keys()];
  const alive = await Promise.all(sockets.map((socket) => isAlive(socket, word)));
  const dead = sockets.filter((_, index) => alive[index] === false);
  const lost = dead.map((socket) => established.get(socket) ?? 0);
  for (const socket of dead) established.delete(socket);
  return { opened: sockets.length, lost };
}

const print = (answer: object): unknown => process.stdout.write(`${JSON.stringify(answer)}\n`);

setInterval(() => ports.forEach(open), Number(pauseMs));
print({});
let round = 0;
for await (const _ of createInterface(process.stdin)) print(await report(`round ${++round}`));
process.exit();
