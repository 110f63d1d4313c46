import { setTimeout as sleep } from 'node:timers/promises';
import { configurationOf } from './health/configurations.ts';
import { CheckedNetwork } from './health/director.ts';
import { undoAll } from './network/namespace.ts';
import { medianOf } from './support/repeated.ts';
import type { Finding, Section } from './support/report.ts';

const rounds = 5;
const reloads = 10;
const measuredSeconds = 20;
const goals = { load: 0.15, startMs: 3_000, reloadMs: 100 } as const;

/** What do health checks cost, and how long do a start and a reload with many of them take? */
export async function health(): Promise<Section> {
  const findings = [
    await loadOf('TCP_CHECK', goals.load),
    await loadOf('HTTP_GET'),
    ...(await manyServers()),
  ];
  return { title: 'Health checks', method: how, findings };
}

const how = `\`evsd --use-file\` in a network namespace of its own checks real servers in another one. Load: 1,000 real
servers, each checked once a second; user and system time of the daemon over ${measuredSeconds} s. Start and reload: 1,000
virtual servers with 2 real servers each, all with a TCP_CHECK. Start: from the call of \`evsd --detach\` until it returns,
when all services are in force. Reload: \`PUT /v1/configuration\` from the request to the answer, with another weight of
one real server; median and maximum of ${rounds} starts and ${rounds * reloads} reloads. Not beside keepalived, which needs ip_vs for
this, and the kernel of this machine has none.`;

async function loadOf(check: 'TCP_CHECK' | 'HTTP_GET', goal?: number): Promise<Finding> {
  const network = await CheckedNetwork.make(0);
  network.configure(configurationOf({ virtualServers: 10, realServers: 100, check, delayLoop: 1 }));
  network.start();
  await sleep(5_000);
  const load = await network.load(measuredSeconds);
  const well = (await network.client.checks()).virtualServers.every(({ realServers }) =>
    realServers.every(({ up, checks }) => up && (checks[0]?.probes.length ?? 0) > 1),
  );
  undoAll();
  if (!well) throw new Error('The checks did not find what they should have found');
  return {
    what: `1,000 ${check} a second`,
    figure: `${(load * 100).toFixed(1)} % of a core`,
    ...(goal !== undefined && { goal: `≤ ${goal * 100} %`, met: load <= goal }),
  };
}

async function manyServers(): Promise<Finding[]> {
  const starts: number[] = [];
  const changes: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const network = await CheckedNetwork.make(round);
    network.configure(text(1));
    starts.push(network.start());
    for (let change = 1; change <= reloads; change++) {
      network.configure(text(1 + change));
      const startedMs = performance.now();
      const steps = await network.client.apply(network.file);
      changes.push(performance.now() - startedMs);
      if (steps.length !== 1) throw new Error(`A reload took ${steps.length} steps`);
    }
    undoAll();
  }
  return [
    finding('start with 1,000 virtual servers', starts, goals.startMs),
    finding('reload that changes one of them', changes, goals.reloadMs),
  ];
}

const text = (weight: number): string =>
  configurationOf({
    virtualServers: 1_000,
    realServers: 2,
    check: 'TCP_CHECK',
    delayLoop: 6,
    weight,
  });

function finding(what: string, times: readonly number[], goalMs: number): Finding {
  const [median, most] = [medianOf(times), Math.max(...times)];
  return {
    what,
    figure: `${median.toFixed(0)} ms, at most ${most.toFixed(0)} ms`,
    goal: `≤ ${goalMs} ms`,
    met: most <= goalMs,
  };
}
