import type { Checks, CheckStatus, RealServerChecks } from '../../api/index.ts';
import type { ProbeRecord } from '../../healthcheck/index.ts';
import type { ServiceKeeper } from './service-keeper.ts';
import type { Watch } from './watch.ts';
import type { WatchedServer } from './watched-server.ts';

/** What the watches on all virtual servers have found, as the API tells it. */
export const checksOf = (keepers: Iterable<ServiceKeeper>): Checks => ({
  virtualServers: Array.from(keepers, ({ server, hasQuorum, aliveWeight, watched, suspended }) => ({
    label: server.label,
    ...(suspended && { suspended }),
    hasQuorum,
    quorum: server.quorum,
    weight: aliveWeight,
    realServers: Array.from(watched.values(), realServerChecks),
  })),
});

const realServerChecks = ({ config, health, watches }: WatchedServer): RealServerChecks => ({
  label: config.label,
  ...health,
  checks: watches.map(checkStatus),
});

const checkStatus = ({ checker, up, records }: Watch): CheckStatus => ({
  kind: checker.kind,
  up,
  probes: records.map(probeOf),
});

const probeOf = ({ atMs, durationMs, ...rest }: ProbeRecord) => ({
  at: new Date(atMs).toISOString(),
  ...rest,
  durationMs: Math.round(durationMs * 1000) / 1000,
});
