import { SMTPServer } from 'smtp-server';

/** Takes every mail and prints it as one line of JSON: `mail-server.ts PORT`. */
const [port = ''] = process.argv.slice(2);

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData: (stream, _session, done) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      process.stdout.write(`${JSON.stringify(Buffer.concat(parts).toString())}\n`);
      done();
    });
  },
});
server.listen(Number(port), () => {
  process.stdout.write('"ready"\n');
});
