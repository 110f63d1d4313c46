import { isIPv6, type Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { settled, withConnection } from './connection.ts';
import { searches, type Expression } from './expression.ts';
import { readAnswer, type Answer } from './http-answer.ts';
import { probe, ProbeFailure, type Probe, type ProbeTarget } from './probe.ts';

/** What one URL must answer. */
export interface UrlExpectation {
  readonly path: string;
  /** Accepted, both ends included. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** MD5 of the body, in lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
  readonly regex?: Expression & { readonly noMatch: boolean };
}

/** In PEM. */
export interface ClientCredentials {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Of the key. */
  readonly passphrase?: string;
}

export interface HttpOptions {
  readonly tls: boolean;
  /** Of the checker; a URL's own comes first. */
  readonly virtualHost?: string;
  /** What is shown to servers that ask who we are. */
  readonly credentials?: () => ClientCredentials;
  /** TLS server name; absent: none is sent. */
  readonly serverName?: string;
  readonly protocol: '1.0' | '1.0C' | '1.1';
}

/** HTTP_GET and SSL_GET: one URL. The request is keepalived's, byte for byte. */
export const httpProbe = (target: ProbeTarget, options: HttpOptions, url: UrlExpectation): Probe =>
  probe((signal) =>
    withConnection(target, signal, async (socket) => {
      const stream = options.tls ? await secure(socket, options) : socket;
      stream.write(request(target, options, url));
      return judge(await readAnswer(stream, url.regex !== undefined), url);
    }),
  );

/** Certificates are not looked at, as keepalived does not. */
async function secure(socket: Socket, { serverName, credentials }: HttpOptions): Promise<Socket> {
  const stream = startTls({
    ...credentials?.(),
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
export function judge(answer: Answer, url: UrlExpectation): { reason: string } {
  const { status, digest, text } = answer;
  if (!url.statusCodes.some(({ from, to }) => status >= from && status <= to)) {
    throw new ProbeFailure(`status ${status}`);
  }
  if (url.digest !== undefined && digest !== url.digest) {
    throw new ProbeFailure(`digest ${digest}`);
  }
  if (url.regex !== undefined) {
    const matches = searches(url.regex, text);
    if (matches === url.regex.noMatch) {
      throw new ProbeFailure(matches ? 'the expression matches' : 'the expression does not match');
    }
  }
  return { reason: `status ${status}` };
}
