import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Clients of a session, told by lines:
 *
 *     udp FROM TO BYTES COUNT [answered]     sends datagrams, and waits for as many answers
 *     open NAME FROM TO · close NAME · reset NAME     a TCP connection and its ends
 *     refused FROM TO     a TCP connection that cannot be made
 */
interface Endpoint {
  readonly host: string;
  readonly port: number;
}

function endpoint(text = ''): Endpoint {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
}

const open = new Map<string, Socket>();
const patienceMs = 30_000;

const dial = (from: string | undefined, to: string | undefined): Socket => {
  const local = endpoint(from);
  return connect({ ...endpoint(to), localAddress: local.host, localPort: local.port });
};

const commands: Readonly<Record<string, (...words: string[]) => Promise<void>>> = {
  async udp(from, to, bytes, count, answered) {
    const [source, target] = [endpoint(from), endpoint(to)];
    const socket = createSocket(source.host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(source.port, source.host);
    await once(socket, 'listening');
    for (let sent = 0; sent < Number(count); sent++) {
      const answer = answered === undefined ? undefined : once(socket, 'message');
      socket.send(Buffer.alloc(Number(bytes), 'x'), target.port, target.host);
      await (answer ?? delay(5));
    }
    socket.close();
  },
  async open(name = '', from, to) {
    const socket = dial(from, to);
    socket.resume();
    await once(socket, 'connect');
    socket.on('error', () => {});
    open.set(name, socket);
  },
  async close(name = '') {
    const socket = open.get(name);
    socket?.end();
    await once(socket ?? process, 'close');
  },
  async reset(name = '') {
    open.get(name)?.resetAndDestroy();
  },
  async refused(from, to) {
    const error: unknown = await once(dial(from, to), 'connect').catch((reason: unknown) => reason);
    const { code } = error as { code?: string };
    if (code !== 'ECONNREFUSED') throw new Error(code ?? 'it is accepted');
  },
};

async function obey(line: string): Promise<string> {
  const [command = '', ...words] = line.split(' ');
  try {
    const done = commands[command]?.(...words) ?? Promise.reject(new Error('no such command'));
    const late = delay(patienceMs, 'late', { ref: false });
    return (await Promise.race([done, late])) ?? 'done';
  } catch (error) {
    return String(error);
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${await obey(line)}\n`);
}
