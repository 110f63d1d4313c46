import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** Takes one file on each connection and prints its SHA-256: `file-server.ts PORT`. */
const [port = ''] = process.argv.slice(2);

createServer((socket) => {
  const hash = createHash('sha256');
  socket.on('data', (chunk) => hash.update(chunk));
  socket.on('end', () => process.stdout.write(`${JSON.stringify(hash.digest('hex'))}\n`));
}).listen(Number(port), () => process.stdout.write('"ready"\n'));
