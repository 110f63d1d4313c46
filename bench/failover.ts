import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Setting } from './failover/configurations.ts';
import {
  failovers,
  resolutionMs,
  steadiness,
  type Failovers,
  type Steadiness,
} from './failover/measure.ts';
import { PairNetwork } from './failover/network.ts';
import { subjectNames, type SubjectName } from './failover/subjects.ts';
import { atEnd, undoAll } from './network/namespace.ts';
import { medianOf } from './support/repeated.ts';
import type { Finding, Section } from './support/report.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const runs = number('EVS_FAILOVER_RUNS', 30);
/** An hour is 3600. */
const loadSeconds = number('EVS_FAILOVER_LOAD_SECONDS', 60);

/** How late is the other director? */
export async function failover(): Promise<Section> {
  const [before = 0] = loadavg();
  try {
    const network = new PairNetwork();
    const findings: Finding[] = [];
    for (const question of questions) findings.push(...(await answer(network, question)));
    findings.push(...(await underLoad(network)));
    const [after = 0] = loadavg();
    return {
      title: 'Failover',
      method,
      findings,
      remarks: [
        `Two processors, shared with others: load average ${before.toFixed(1)} before, ${after.toFixed(1)} after.`,
        'A killed director keeps its address until it is started again, with either program: what ends its time is the gratuitous ARP of the other.',
      ],
    };
  } finally {
    undoAll();
  }
}

const method = `Two directors on a segment, a client in another subnet behind a router. The client asks the VIP every 2 ms who it is, and a
responder on each director answers. The time runs from the signal (\`kill -9\` to all processes of the program, or SIGTERM)
to the first question that the other director answers: the router's ARP entry has followed by then. It comes 300 ms after the
active director has begun to answer alone, to 5 ms. ${runs} runs each, evs and
keepalived one after the other in the same namespaces, median and maximum. \`EVS_FAILOVER_RUNS\` and
\`EVS_FAILOVER_LOAD_SECONDS\` set how long it takes.`;

interface Question {
  readonly what: string;
  readonly setting: Setting;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** Undefined: not later than keepalived. */
  readonly limitMs?: number;
}

const questions: readonly Question[] = [
  { what: "the tutorial's file, kill -9", setting: 'tutorial', signal: 'SIGKILL' },
  { what: "the tutorial's file, orderly stop", setting: 'tutorial', signal: 'SIGTERM' },
  { what: 'VRRP 3, 10 ms, kill -9', setting: 'fast', signal: 'SIGKILL', limitMs: 100 },
  { what: 'VRRP 3, 10 ms, orderly stop', setting: 'fast', signal: 'SIGTERM', limitMs: 50 },
];

async function answer(network: PairNetwork, question: Question): Promise<Finding[]> {
  const { what, setting, signal, limitMs } = question;
  const seen = {} as Record<SubjectName, Failovers>;
  for (const name of subjectNames) {
    seen[name] = await failovers(network, name, setting, signal, runs);
    console.log(`  ${what}, ${name}: ${figure(seen[name])}`);
  }
  const theirs = medianOf(tookMs(seen.keepalived));
  const ours = medianOf(tookMs(seen.evs));
  const longest = Math.max(...tookMs(seen.evs));
  const reached = limitMs === undefined ? ours <= theirs + resolutionMs : longest <= limitMs;
  return [
    {
      what: `${what}: evs`,
      figure: figure(seen.evs),
      goal:
        limitMs === undefined
          ? `median ≤ keepalived's, to ${resolutionMs} ms`
          : `maximum ≤ ${limitMs} ms`,
      met: reached && seen.evs.unsettled === 0,
    },
    { what: `${what}: keepalived`, figure: figure(seen.keepalived) },
  ];
}

const tookMs = ({ seen }: Failovers): number[] => seen.map((one) => one.tookMs);

function figure(failovers: Failovers): string {
  const took = tookMs(failovers);
  const silence = failovers.seen.map(({ silenceMs }) => silenceMs);
  const restless = failovers.unsettled > 0 ? `; ${failovers.unsettled} runs did not settle` : '';
  if (took.length === 0) return 'never settled';
  return `${ms(medianOf(took))}, max ${ms(Math.max(...took))}; no answer for ${ms(medianOf(silence))}, max ${ms(Math.max(...silence))}${restless}`;
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;

async function underLoad(network: PairNetwork): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of subjectNames) {
    const seen = await steadiness(network, name, loadAllProcessors);
    console.log(`  loaded, ${name}: ${JSON.stringify(seen)}`);
    findings.push(steadyFinding(name, seen));
  }
  return findings;
}

const steadyFinding = (
  name: SubjectName,
  { activations, answersOfBackup }: Steadiness,
): Finding => ({
  what: `VRRP 3, 100 ms, ${loadSeconds} s with every processor busy: ${name}`,
  figure: `${activations} false failovers`,
  ...(name === 'evs' && { goal: 'none', met: activations === 0 && answersOfBackup === 0 }),
});

/** A busy loop for each processor, and one more. */
async function loadAllProcessors(): Promise<void> {
  const loops = Array.from({ length: cpus().length + 1 }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  const end = (): void => {
    for (const loop of loops) loop.kill('SIGKILL');
  };
  atEnd(end);
  await sleep(loadSeconds * 1000);
  end();
}
