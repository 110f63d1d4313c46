import { createServer } from 'node:http';

/** Accepts connections to port 80 of every address, and answers HTTP. */
createServer((_, response) => response.end('well')).listen(80, () => {
  process.stdout.write('ready\n');
});
