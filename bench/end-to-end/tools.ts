import { ports } from '../network/directors.ts';
import type { Namespace } from '../network/namespace.ts';

/** What one run of a load generator found. */
export interface WebLoad {
  readonly requestsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly errors: number;
}

/** Requests over 32 connections that stay, or over a new one each. */
export function wrk(
  client: Namespace,
  address: string,
  options: { readonly seconds: number; readonly newConnections: boolean },
): WebLoad {
  const close = options.newConnections ? ['--header', 'Connection: close'] : [];
  const said = client.runFirst(
    'wrk',
    '--threads=1',
    '--connections=32',
    `--duration=${options.seconds}s`,
    '--latency',
    ...close,
    `http://${address}:${ports.http}/`,
  );
  const sum = (expression: RegExp): number =>
    [...(expression.exec(said)?.slice(1) ?? [])].reduce((total, text) => total + Number(text), 0);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(said)?.[1] ?? 0),
    medianMs: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(said)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(said)),
    errors: sum(/connect (\d+), read (\d+), write (\d+), timeout (\d+)/) + sum(/Non-2xx.*: (\d+)/),
  };
}

const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 };

const milliseconds = (match: RegExpExecArray | null): number =>
  match === null ? Number.NaN : Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN);

/** Gigabits a second from client to server over one TCP connection. */
export function iperf(client: Namespace, address: string, seconds: number): number {
  const words = ['--client', address, '--port', String(ports.bulk), '--time', String(seconds)];
  const report = JSON.parse(client.runFirst('iperf3', ...words, '--json')) as {
    readonly error?: string;
    readonly end?: { readonly sum_received?: { readonly bits_per_second: number } };
  };
  const rate = report.end?.sum_received?.bits_per_second;
  if (rate === undefined) throw new Error(`iperf3 to ${address}: ${report.error ?? 'no result'}`);
  return rate / 1e9;
}
