import type { Checker, ConfiguredRealServer, VirtualServer } from '../../config/index.ts';
import type { ProbeResult } from '../../healthcheck/index.ts';

/** What is behind an event: a check, the start of the daemon, a reload without it, or the end of the daemon. */
export type Why = 'checked' | 'begins' | 'removed' | 'stops';

/** Who wants to know what becomes of virtual servers and their real servers: logs, programs, mail. */
export interface ServiceObserver {
  /** One checker has changed its mind. */
  checker(
    server: VirtualServer,
    real: ConfiguredRealServer,
    checker: Checker,
    up: boolean,
    result: ProbeResult,
  ): void;
  /** One look has failed, and changes nothing yet. */
  failure(
    server: VirtualServer,
    real: ConfiguredRealServer,
    checker: Checker,
    result: ProbeResult,
  ): void;
  /** A real server is well from now on, or not, as all its checkers together say. */
  realServer(server: VirtualServer, real: ConfiguredRealServer, up: boolean, why: Why): void;
  weight(server: VirtualServer, real: ConfiguredRealServer, weight: number): void;
  /** `text` says by which numbers. */
  quorum(server: VirtualServer, has: boolean, text: string, why: Why): void;
}
