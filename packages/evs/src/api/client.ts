import { request } from 'node:http';
import { connect } from 'node:net';
import type {
  Command,
  ConnectionRecord,
  DirectorSettings,
  MarkRule,
  SynchronisationDaemon,
  Timeouts,
} from '../director/index.ts';
import { EvsError, type ErrorCode } from '../errors/index.ts';
import type { Checks } from './checks.ts';
import type { VirtualRouters } from './virtual-routers.ts';
import type { SynchronisationStatus } from '../sync/index.ts';
import type { CommandResult, DirectorStatus, ServiceStatus } from './director-service.ts';

/** A director seen from another process. Every call throws E_NO_DAEMON if none answers. */
export interface DirectorClient {
  execute(commands: readonly Command[]): Promise<readonly CommandResult[]>;
  services(): Promise<readonly ServiceStatus[]>;
  connections(): Promise<readonly ConnectionRecord[]>;
  timeouts(): Promise<Timeouts>;
  synchronisation(): Promise<readonly SynchronisationDaemon[]>;
  synchronisationStatus(): Promise<SynchronisationStatus>;
  setTimeouts(timeouts: Timeouts): Promise<Timeouts>;
  settings(): Promise<DirectorSettings>;
  markRules(): Promise<readonly MarkRule[]>;
  /** Settings that are not named stay. Resolves to all of them. */
  changeSettings(settings: Partial<DirectorSettings>): Promise<DirectorSettings>;
  status(): Promise<DirectorStatus>;
  /** What health checks have found. */
  checks(): Promise<Checks>;
  virtualRouters(): Promise<VirtualRouters>;
  /** What it would take to follow a configuration, in words. Rejects with E_CONFIGURATION. */
  plan(file: string): Promise<readonly string[]>;
  /** Has the director follow a configuration from now on; resolves to what was done. */
  apply(file: string): Promise<readonly string[]>;
  shutdown(destroy: boolean): Promise<void>;
}

/** A client of the daemon behind a Unix socket. It opens a connection per call, and needs no closing. */
export function connectDirector(socket: string): DirectorClient {
  const ask = async <T>(method: string, url: string, body?: unknown): Promise<T> =>
    interpret(await exchange(socket, method, url, body)) as T;
  return {
    execute: async (commands) => {
      const { results } = await ask<{ results: CommandResult[] }>('POST', '/v1/commands', {
        commands,
      });
      return results;
    },
    services: async () =>
      (await ask<{ services: ServiceStatus[] }>('GET', '/v1/services')).services,
    connections: async () =>
      (await ask<{ connections: ConnectionRecord[] }>('GET', '/v1/connections')).connections,
    timeouts: () => ask<Timeouts>('GET', '/v1/timeouts'),
    synchronisation: async () =>
      (await ask<{ daemons: SynchronisationDaemon[] }>('GET', '/v1/synchronisation')).daemons,
    synchronisationStatus: () => ask<SynchronisationStatus>('GET', '/v1/synchronisation/status'),
    setTimeouts: (timeouts) => ask<Timeouts>('PUT', '/v1/timeouts', timeouts),
    markRules: async () => (await ask<{ rules: MarkRule[] }>('GET', '/v1/mark-rules')).rules,
    settings: () => ask<DirectorSettings>('GET', '/v1/settings'),
    changeSettings: (settings) => ask<DirectorSettings>('PATCH', '/v1/settings', settings),
    status: () => ask<DirectorStatus>('GET', '/v1/status'),
    checks: () => ask<Checks>('GET', '/v1/checks'),
    virtualRouters: () => ask<VirtualRouters>('GET', '/v1/virtual-routers'),
    plan: async (file) =>
      (await ask<{ steps: string[] }>('POST', '/v1/configuration/plan', { file })).steps,
    apply: async (file) =>
      (await ask<{ steps: string[] }>('PUT', '/v1/configuration', { file })).steps,
    shutdown: async (destroy) => {
      await ask<object>('POST', '/v1/shutdown', { destroy });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const timeoutMs = 60_000;

function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(
        new EvsError('E_NO_DAEMON', `Cannot reach evsd at ${socketPath}: ${cause.message}`, {
          cause,
          hint: 'Start evsd, or look into evsd.log beside the socket',
        }),
      );
    };
    const asked = request(
      {
        socketPath,
        method,
        path,
        // Without an agent, which would think about host names first.
        createConnection: () => connect({ path: socketPath, timeout: timeoutMs }),
        timeout: timeoutMs,
        headers:
          payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', fail);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    asked.on('error', fail);
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
    asked.end(payload);
  });
}

function interpret({ status, text }: Answer): unknown {
  const value: unknown = parseJson(text);
  if (status < 300) return value;
  const { code, detail, hint } = (value ?? {}) as {
    code?: ErrorCode;
    detail?: string;
    hint?: string;
  };
  throw new EvsError(
    code ?? 'E_NO_DAEMON',
    detail ?? `evsd answered with status ${status}`,
    hint === undefined ? {} : { hint },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EvsError('E_NO_DAEMON', 'Cannot understand evsd: the answer is not JSON', { cause });
  }
}
