import { createServer } from 'node:http';

/** Answers every request with a name: `web-server.ts NAME PORT`. */
const [name = '', port = ''] = process.argv.slice(2);

createServer((_, response) => response.end(name)).listen(Number(port), () => {
  process.stdout.write(`${JSON.stringify(name)}\n`);
});
