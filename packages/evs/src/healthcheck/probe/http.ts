import { createHash } from 'node:crypto';
import { isIPv6, type Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { readToEnd, settled, withConnection } from './connection.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** What one URL must answer. */
export interface UrlExpectation {
  readonly path: string;
  /** Accepted, both ends included. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** MD5 of the body, in lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
  readonly regex?: { readonly expression: RegExp; readonly noMatch: boolean };
}

export interface HttpOptions {
  readonly tls: boolean;
  /** Of the checker; a URL's own comes first. */
  readonly virtualHost?: string;
  /** TLS server name; absent: none is sent. */
  readonly serverName?: string;
  readonly protocol: '1.0' | '1.0C' | '1.1';
}

/** HTTP_GET and SSL_GET: one URL. The request is keepalived's, byte for byte. */
export const httpProbe = (target: ProbeTarget, options: HttpOptions, url: UrlExpectation): Probe =>
  probe((signal) =>
    withConnection(target, signal, async (socket) => {
      const stream = options.tls ? await secure(socket, options.serverName) : socket;
      stream.write(request(target, options, url));
      return judge(await readToEnd(stream), url);
    }),
  );

/** Certificates are not looked at, as keepalived does not. */
async function secure(socket: Socket, serverName: string | undefined): Promise<Socket> {
  const stream = startTls({
    socket,
    rejectUnauthorized: false,
    ...(serverName !== undefined && { servername: serverName }),
  });
  await settled(stream, 'secureConnect');
  return stream;
}

export function request(target: ProbeTarget, options: HttpOptions, url: UrlExpectation): string {
  const { address, port } = target;
  const host =
    url.virtualHost ??
    options.virtualHost ??
    `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const lines = [
    `GET ${url.path} HTTP/${options.protocol === '1.1' ? '1.1' : '1.0'}`,
    'User-Agent: KeepAliveClient',
    ...(options.protocol === '1.0' ? [] : ['Connection: close']),
    `Host: ${host}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** In keepalived's order: any data at all, status, digest, expression. */
export function judge(answer: Buffer, url: UrlExpectation): { reason: string } {
  if (answer.length === 0) throw new ProbeFailure('closed without an answer');
  const { status, body } = parse(answer);
  if (!url.statusCodes.some(({ from, to }) => status >= from && status <= to)) {
    throw new ProbeFailure(`status ${status}`);
  }
  if (url.digest !== undefined) {
    const digest = createHash('md5').update(body).digest('hex');
    if (digest !== url.digest) throw new ProbeFailure(`digest ${digest}`);
  }
  if (url.regex !== undefined) {
    const matches = url.regex.expression.test(body.toString('latin1'));
    if (matches === url.regex.noMatch) {
      throw new ProbeFailure(matches ? 'the expression matches' : 'the expression does not match');
    }
  }
  return { reason: `status ${status}` };
}

function parse(answer: Buffer): { status: number; body: Buffer } {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, end === -1 ? answer.length : end).toString('latin1');
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1];
  if (status === undefined) throw new ProbeFailure('no HTTP answer');
  const body = end === -1 ? Buffer.alloc(0) : answer.subarray(end + 4);
  const length = /^content-length:[ \t]*(\d+)[ \t]*$/im.exec(head)?.[1];
  return {
    status: Number(status),
    body: length === undefined ? body : body.subarray(0, Number(length)),
  };
}
