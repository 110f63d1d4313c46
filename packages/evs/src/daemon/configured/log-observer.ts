import type { Checker, ConfiguredRealServer, VirtualServer } from '../../config/index.ts';
import type { ProbeResult } from '../../healthcheck/index.ts';
import type { Logger } from '../log.ts';
import type { ServiceObserver, Why } from './service-observer.ts';

/** Writes what becomes of virtual servers into the log. */
export class LogObserver implements ServiceObserver {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  checker(
    server: VirtualServer,
    real: ConfiguredRealServer,
    { kind }: Checker,
    up: boolean,
    { reason, durationMs }: ProbeResult,
  ): void {
    this.#log.info(
      { ...about(server, real), checker: kind, reason, durationMs, state: up ? 'up' : 'down' },
      'A checker has changed its mind',
    );
  }

  failure(
    server: VirtualServer,
    real: ConfiguredRealServer,
    checker: Checker,
    { reason, durationMs }: ProbeResult,
  ): void {
    const wanted = 'timing' in checker && checker.timing.logAllFailures;
    this.#log[wanted ? 'info' : 'debug'](
      { ...about(server, real), checker: checker.kind, reason, durationMs },
      'A check has failed',
    );
  }

  realServer(server: VirtualServer, real: ConfiguredRealServer, up: boolean, why: Why): void {
    const level = why === 'begins' ? 'debug' : 'info';
    this.#log[level](
      { ...about(server, real), why },
      up ? 'A real server is up' : 'A real server is down',
    );
  }

  weight(server: VirtualServer, real: ConfiguredRealServer, weight: number): void {
    this.#log.info({ ...about(server, real), weight }, 'A checker sets a weight');
  }

  quorum({ label }: VirtualServer, has: boolean, text: string, why: Why): void {
    const level = why === 'begins' && has ? 'debug' : 'info';
    this.#log[level]({ virtualServer: label, why }, text);
  }
}

const about = (server: VirtualServer, real: ConfiguredRealServer) => ({
  realServer: real.label,
  virtualServer: server.label,
});
