import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { patient } from './slowness.ts';

/**
 * Asks a web server over one connection that it keeps: `held-connection.ts HOST PORT`. For each line of input it
 * prints the answer and its own port, which would be another one if the connection had been lost. A line `new` is
 * answered over a connection of its own.
 */
const [host = '', port = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(by: Agent | false): Promise<string> {
  return new Promise((resolve) => {
    const request = get(
      { host, port: Number(port), agent: by, timeout: patient(15_000) },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        const ownPort = response.socket.localPort;
        response.on('end', () => resolve(JSON.stringify({ answer: text, port: ownPort })));
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve(JSON.stringify({ error: error.message })));
  });
}

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${await ask(line === 'new' ? false : agent)}\n`);
}
agent.destroy();
