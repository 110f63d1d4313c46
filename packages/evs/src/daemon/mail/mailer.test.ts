import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test, vi } from 'vitest';
import { emptyConfiguration } from '../../config/index.ts';
import { silentLog } from '../fakes.ts';
import { Mailer, type MailRules } from './mailer.ts';
import type { Delivery } from './send-mail.ts';

/** What the server was told: who called, from whom, for whom, and the text. */
interface Received {
  readonly helo: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function mailServer(): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          helo: session.hostNameAppearsAs,
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString(),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  ends.push(() => {
    server.close();
  });
  return { port: (server.server.address() as AddressInfo).port, received };
}

const rulesFor = (port: number, rest: Partial<MailRules['mail']> = {}): MailRules => ({
  routerId: 'LB1',
  mail: {
    ...emptyConfiguration().global.mail,
    recipients: ['one@a.example', 'two@a.example', 'three@b.example'],
    from: 'lb@a.example',
    server: { host: '127.0.0.1', port },
    heloName: 'lb1.a.example',
    connectTimeoutMs: 400,
    ...rest,
  },
});

test('a mail has keepalived’s headers in its order, and goes to all recipients', async () => {
  const { port, received } = await mailServer();
  new Mailer(rulesFor(port), silentLog).post(
    'Realserver [10.9.0.20]:tcp:80 of virtual server [10.9.0.9]:tcp:80 - DOWN',
    '=> TCP CHECK failed on service <=',
  );
  await vi.waitFor(() => {
    expect(received).toHaveLength(1);
  }, 10_000);

  const [mail] = received;
  expect(mail).toMatchObject({
    helo: 'lb1.a.example',
    from: 'lb@a.example',
    to: ['one@a.example', 'two@a.example', 'three@b.example'],
  });
  const [date, ...rest] = mail?.text.split('\r\n') ?? [];
  expect(date).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
  expect(rest).toEqual([
    'From: lb@a.example',
    'Subject: [LB1] Realserver [10.9.0.20]:tcp:80 of virtual server [10.9.0.9]:tcp:80 - DOWN',
    'X-Mailer: Keepalived',
    'To: one@a.example, two@a.example, three@b.example',
    '',
    '=> TCP CHECK failed on service <=',
    '',
  ]);
});

test('a text cannot begin a header of its own', async () => {
  const { port, received } = await mailServer();
  new Mailer(rulesFor(port), silentLog).post('a\r\nBcc: everybody@c.example', '.\r\nb');
  await vi.waitFor(() => {
    expect(received).toHaveLength(1);
  }, 10_000);

  expect(received[0]?.text).toContain('Subject: [LB1] a Bcc: everybody@c.example\r\n');
  expect(received[0]?.to).toHaveLength(3);
});

test('without recipients or a server nothing is sent', () => {
  const sent: Delivery[] = [];
  const send = (one: Delivery): Promise<void> => Promise.resolve(void sent.push(one));
  new Mailer(rulesFor(25, { recipients: [] }), silentLog, send).post('a', 'b');
  new Mailer(emptyConfiguration().global, silentLog, send).post('a', 'b');

  expect(sent).toEqual([]);
});

test.each([
  ['hangs', (server: Server) => server],
  ['closes at once', (server: Server) => server.on('connection', (socket) => socket.destroy())],
])('a server that %s holds nothing up for longer than its time-out', async (_, behave) => {
  const server = behave(createServer());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => void server.close());
  const { port, received } = await mailServer();
  const mailer = new Mailer(rulesFor((server.address() as AddressInfo).port), silentLog);
  mailer.post('first', 'lost');
  mailer.rules = rulesFor(port);
  mailer.post('second', 'arrives');

  await vi.waitFor(() => {
    expect(received.map(({ text }) => /Subject: (.*)/.exec(text)?.[1])).toEqual(['[LB1] second']);
  }, 10_000);
});

test('no more than so many mails wait', async () => {
  let sent = 0;
  const send = (): Promise<void> => {
    sent++;
    return new Promise((resolve) => setImmediate(resolve));
  };
  const mailer = new Mailer(rulesFor(25), silentLog, send);
  for (let turn = 0; turn < 1_000; turn++) mailer.post('again', 'and again');
  await vi.waitFor(() => {
    expect(sent).toBe(201);
  }, 10_000);
});
