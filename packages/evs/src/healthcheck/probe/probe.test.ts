import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { dnsProbe, query } from './dns.ts';
import { httpProbe, request, type HttpOptions, type UrlExpectation } from './http.ts';
import { miscProbe } from './misc.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { smtpProbe } from './smtp.ts';
import { tcpProbe } from './tcp.ts';
import { udpProbe } from './udp.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A server on loopback that does this with each connection; the target to reach it. */
async function serve(
  onConnection: (socket: Socket) => void,
  server: Server = createServer(),
): Promise<ProbeTarget> {
  const sockets = new Set<Socket>();
  const secure = server.listenerCount('secureConnection') > 0;
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  server.on(secure ? 'secureConnection' : 'connection', onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return targetAt((server.address() as AddressInfo).port);
}
const targetAt = (port: number): ProbeTarget => ({
  address: '127.0.0.1',
  port,
  connectTimeoutMs: 300,
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<ProbeTarget> {
  const target = await serve(() => undefined);
  for (const end of ends.splice(0)) end();
  return target;
}

const outcome = async (probe: Probe): Promise<[boolean, string]> => {
  const { ok, reason } = await probe(new AbortController().signal);
  return [ok, reason];
};

describe('TCP_CHECK', () => {
  test('is well if the port accepts', async () => {
    expect(await outcome(tcpProbe(await serve(() => undefined)))).toEqual([true, 'connected']);
  });

  test('tells a closed port', async () => {
    expect(await outcome(tcpProbe(await closedPort()))).toEqual([false, 'connection refused']);
  });
});

const plain: HttpOptions = { tls: false, protocol: '1.0' };
const page: UrlExpectation = { path: '/', statusCodes: [{ from: 200, to: 299 }] };
const answering = (text: string) => (socket: Socket) =>
  void socket.once('data', () => socket.end(text));
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('HTTP_GET', () => {
  test('asks what keepalived asks', () => {
    const target = targetAt(80);

    expect(request(target, plain, { ...page, path: '/x' })).toBe(
      'GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:80\r\n\r\n',
    );
    expect(
      request({ ...target, address: 'fd00::1' }, { ...plain, protocol: '1.0C' }, page),
    ).toContain(
      'HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: [fd00::1]:80\r\n',
    );
    expect(
      request(
        target,
        { ...plain, protocol: '1.1', virtualHost: 'a' },
        { ...page, virtualHost: 'b' },
      ),
    ).toContain('Host: b\r\n');
  });

  test.each<[string, string, Partial<UrlExpectation>, boolean, string]>([
    ['any status of 200 to 299', ok, {}, true, 'status 200'],
    ['another status', 'HTTP/1.0 503 No\r\n\r\n', {}, false, 'status 503'],
    [
      'a status that is wanted',
      'HTTP/1.0 404 No\r\n\r\n',
      { statusCodes: [{ from: 404, to: 404 }] },
      true,
      'status 404',
    ],
    ['the right digest', ok, { digest: md5('hello') }, true, 'status 200'],
    ['a digest up to Content-Length', `${ok}!`, { digest: md5('hello') }, true, 'status 200'],
    ['the wrong digest', ok, { digest: md5('bye') }, false, `digest ${md5('hello')}`],
    [
      'an expression that matches',
      ok,
      { regex: { expression: /^hel+o/, noMatch: false } },
      true,
      'status 200',
    ],
    [
      'one that should not',
      ok,
      { regex: { expression: /hello/, noMatch: true } },
      false,
      'the expression matches',
    ],
    [
      'a match that begins too early',
      ok,
      { regex: { expression: /hello/, noMatch: false, minOffset: 1 } },
      false,
      'the expression does not match',
    ],
    [
      'a match that begins too late',
      ok,
      { regex: { expression: /llo/, noMatch: false, maxOffset: 1 } },
      false,
      'the expression does not match',
    ],
    [
      'an expression that never ends on this text',
      `HTTP/1.0 200 OK\r\n\r\n${'a'.repeat(50)}!`,
      { regex: { expression: /^(a+)+$/, noMatch: false } },
      false,
      'the expression takes more than 100 ms',
    ],
    [
      'headers without an end',
      `HTTP/1.0 200 OK\r\n${'x'.repeat(70_000)}`,
      {},
      false,
      'headers without an end',
    ],
    ['no HTTP', 'SSH-2.0\r\n', {}, false, 'no HTTP answer'],
    ['nothing', '', {}, false, 'closed without an answer'],
  ])('%s', async (_, answer, expectation, well, reason) => {
    const target = await serve(answering(answer));

    expect(await outcome(httpProbe(target, plain, { ...page, ...expectation }))).toEqual([
      well,
      reason,
    ]);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['hangs', () => undefined, 'timed out'],
    [
      'resets',
      (socket) => void socket.once('data', () => socket.resetAndDestroy()),
      'connection reset',
    ],
    ['drips for ever', (socket) => void socket.once('data', () => drip(socket)), 'no end'],
    [
      'floods',
      (socket) =>
        void socket.once('data', () => {
          socket.write('HTTP/1.0 200 OK\r\n\r\n');
          flood(socket);
        }),
      'more than 16777216 bytes',
    ],
  ])('a server that %s is not well, and the probe ends', async (_, behave, reason) => {
    expect(await outcome(httpProbe(await serve(behave), plain, page))).toEqual([false, reason]);
  });

  test('a large answer is judged without being kept', async () => {
    const part = Buffer.alloc(1024 * 1024, 'a');
    const whole = createHash('md5');
    for (let turn = 0; turn < 8; turn++) whole.update(part);
    const target = await serve((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.0 200 OK\r\n\r\n');
        for (let turn = 0; turn < 8; turn++) socket.write(part);
        socket.end();
      }),
    );

    const expectation = { ...page, digest: whole.digest('hex') };
    expect(
      await outcome(httpProbe({ ...target, connectTimeoutMs: 5_000 }, plain, expectation)),
    ).toEqual([true, 'status 200']);
  });

  test('ends at once when nobody wants to know any more', async () => {
    const controller = new AbortController();
    const running = httpProbe(await serve(() => undefined), plain, page)(controller.signal);
    controller.abort();

    expect(await running).toMatchObject({ ok: false, reason: 'given up' });
  });
});

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('x'), 50);
  socket.once('close', () => {
    clearInterval(timer);
  });
}

function flood(socket: Socket): void {
  const part = Buffer.alloc(1024 * 1024);
  const more = (): void => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', more);
  more();
}

test('SSL_GET speaks TLS, whatever the certificate says, and sends the name and the certificate it was given', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'evs-tls-'));
  ends.push(() => {
    rmSync(directory, { recursive: true });
  });
  const files = ['key', 'cert'].map((name) => path.join(directory, name));
  const [keyFile = '', certificateFile = ''] = files;
  const subject = ['-subj', '/CN=somebody-else', '-days', '1'];
  const wanted = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...wanted, '-keyout', keyFile, '-out', certificateFile, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const names: unknown[] = [];
  const shown: unknown[] = [];
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile, 'utf8')];
  const server = createTlsServer(
    { key, cert, requestCert: true, rejectUnauthorized: false },
    (socket) => {
      names.push(socket.servername);
      shown.push(socket.getPeerCertificate().subject?.CN);
      answering(ok)(socket);
    },
  );
  const target = await serve(() => undefined, server);

  expect(await outcome(httpProbe(target, { ...plain, tls: true }, page))).toEqual([
    true,
    'status 200',
  ]);
  await outcome(httpProbe(target, { ...plain, tls: true, serverName: 'shop.example' }, page));
  await outcome(
    httpProbe(target, { ...plain, tls: true, credentials: () => ({ key, cert }) }, page),
  );
  expect(names).toEqual([false, 'shop.example', false]);
  expect(shown).toEqual([undefined, undefined, 'somebody-else']);
});

describe('SMTP_CHECK', () => {
  const mailServer = (greeting: string, hello: string) => (socket: Socket) => {
    socket.write(greeting);
    socket.on('data', (line) => {
      if (line.toString().startsWith('HELO')) socket.write(hello);
      else socket.end('221 bye\r\n');
    });
  };

  test.each([
    ['a server that greets', '220-one\r\n220 two\r\n', '250 hello\r\n', true, 'greeted'],
    ['a bad greeting', '554 no\r\n', '', false, 'greeting 554'],
    ['a bad answer', '220 hi\r\n', '500 what\r\n', false, 'answer to HELO 500'],
  ])('%s', async (_, greeting, hello, well, reason) => {
    const target = await serve(mailServer(greeting, hello));

    expect(await outcome(smtpProbe(target, 'checker.example'))).toEqual([well, reason]);
  });
});

/** A socket on loopback that answers each datagram so. */
async function answerDatagrams(
  answer: (datagram: Buffer) => Buffer | undefined,
): Promise<ProbeTarget> {
  const socket: DatagramSocket = createSocket('udp4');
  socket.on('message', (datagram, { address, port }) => {
    const reply = answer(datagram);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ends.push(() => {
    socket.close();
  });
  return targetAt(socket.address().port);
}

describe('UDP_CHECK', () => {
  const any = { pattern: '', minLength: 0, maxLength: 255 };

  test('takes silence for success, a closed port for failure', async () => {
    expect(await outcome(udpProbe(await answerDatagrams(() => undefined), '00'))).toEqual([
      true,
      'no error',
    ]);
    expect(await outcome(udpProbe(await closedPort(), '00'))).toEqual([
      false,
      'connection refused',
    ]);
  });

  test.each([
    ['any answer', any, true, 'answered'],
    ['one that matches', { ...any, pattern: 'ax0' }, true, 'answered'],
    ['one that does not', { ...any, pattern: 'bb' }, false, 'an answer that does not match'],
    ['one that is too short', { ...any, minLength: 3 }, false, 'an answer of 2 bytes'],
  ])('with a reply asked for: %s', async (_, reply, well, reason) => {
    const target = await answerDatagrams((datagram) => datagram);

    expect(await outcome(udpProbe(target, 'ab01', reply))).toEqual([well, reason]);
  });

  test('with a reply asked for, silence is failure', async () => {
    expect(await outcome(udpProbe(await answerDatagrams(() => undefined), '00', any))).toEqual([
      false,
      'no answer',
    ]);
  });
});

describe('DNS_CHECK', () => {
  const answered = (code: number) => (datagram: Buffer) => {
    const reply = Buffer.from(datagram);
    reply.writeUInt16BE(0x8180 | code, 2);
    return reply;
  };

  test('asks a question, RFC 1035 section 4.1', () => {
    expect(query(0x4e6a, 'A', 'www.a').toString('hex')).toBe(
      '4e6a010000010000000000000377777701610000010001',
    );
    expect(query(1, 'SOA', '.').toString('hex')).toBe('0001010000010000000000000000060001');
  });

  test.each([
    ['an answer', answered(0), true, 'answered'],
    ['an error', answered(2), false, 'rcode 2'],
    [
      'the answer to another query',
      (datagram: Buffer) => answered(0)(Buffer.from(datagram.map((byte) => byte ^ 1))),
      false,
      'no answer',
    ],
    ['a query', (datagram: Buffer) => datagram, false, 'no answer'],
  ])('%s', async (_, answer, well, reason) => {
    expect(await outcome(dnsProbe(await answerDatagrams(answer), 'SOA', '.'))).toEqual([
      well,
      reason,
    ]);
  });
});

describe('MISC_CHECK', () => {
  const shell = (text: string, dynamic = false) =>
    miscProbe({ command: ['/bin/sh', '-c', text], timeoutMs: 500, dynamic });

  test.each([
    ['exit 0', false, true, 'exited with status 0', undefined],
    ['exit 1', true, false, 'exited with status 1', undefined],
    ['exit 12', false, false, 'exited with status 12', undefined],
    ['exit 12', true, true, 'exited with status 12', 10],
    ['kill -9 $$', false, false, 'killed by SIGKILL', undefined],
    ['sleep 60 & wait', false, false, 'timed out', undefined],
  ])('%s, dynamic %s', async (text, dynamic, well, reason, weight) => {
    const result = await shell(text, dynamic)(new AbortController().signal);

    expect([result.ok, result.reason, result.weight]).toEqual([well, reason, weight]);
  });

  test('a program that is not there', async () => {
    const missing = miscProbe({ command: ['/nowhere'], timeoutMs: 500, dynamic: false });

    expect(await outcome(missing)).toEqual([false, 'spawn /nowhere ENOENT']);
  });
});
