import { setTimeout as sleep } from 'node:timers/promises';
import { configurationOf, type Setting } from './configurations.ts';
import { monotonicMs, type DirectorName, type PairNetwork } from './network.ts';
import { Subject, type SubjectName } from './subjects.ts';

/** What the client saw of one failover, in milliseconds. */
export interface Failover {
  /** From the signal to the first question that the other director answered. */
  readonly tookMs: number;
  /** Longest time between two questions that were answered by anybody. */
  readonly silenceMs: number;
}

const patienceMs = 15_000;
/** So long a director must have answered alone before it counts as settled. */
const settledMs = 300;
/** How exactly the signal comes at that moment. */
export const resolutionMs = 5;

export interface Failovers {
  readonly seen: readonly Failover[];
  /** Runs in which the directors did not agree who is active. */
  readonly unsettled: number;
}

/** Who cannot settle that often will not: the rest of the runs is spared. */
const mostUnsettled = 3;

/** Ends the active director by a signal again and again, and has it come back in between. */
export async function failovers(
  network: PairNetwork,
  name: SubjectName,
  setting: Setting,
  signal: 'SIGKILL' | 'SIGTERM',
  count: number,
): Promise<Failovers> {
  const [first, second] = pairOf(network, name, setting);
  const seen: Failover[] = [];
  let unsettled = 0;
  try {
    second.start();
    await answeredAloneBy(network, 'lvs-2');
    while (seen.length < count && unsettled < mostUnsettled) {
      first.start();
      const settled = await answeredAloneBy(network, 'lvs-1');
      const beganMs = monotonicMs();
      first.signal(signal);
      const taken = await answeredAloneBy(network, 'lvs-2');
      if (settled && taken) seen.push(failoverSince(network, beganMs));
      else unsettled++;
      await first.ended();
    }
  } finally {
    await endAll(network, [first, second]);
  }
  return { seen, unsettled };
}

/** What two directors did that had no reason to do anything. */
export interface Steadiness {
  /** Of the backup: none was due. */
  readonly activations: number;
  readonly answersOfBackup: number;
}

/** Has both run for a while, during `load`; returns what the backup did. */
export async function steadiness(
  network: PairNetwork,
  name: SubjectName,
  load: () => Promise<void>,
): Promise<Steadiness> {
  const [first, second] = pairOf(network, name, 'steady');
  try {
    first.start();
    await answeredAloneBy(network, 'lvs-1');
    second.start();
    await sleep(3_000);
    network.answers.length = 0;
    const before = second.activations;
    await load();
    return {
      activations: second.activations - before,
      answersOfBackup: network.answers.filter(({ by }) => by === 'lvs-2').length,
    };
  } finally {
    await endAll(network, [first, second]);
  }
}

const pairOf = (
  { directors }: PairNetwork,
  name: SubjectName,
  setting: Setting,
): [Subject, Subject] => [
  new Subject(name, directors['lvs-1'], configurationOf(setting, 'lvs-1')),
  new Subject(name, directors['lvs-2'], configurationOf(setting, 'lvs-2')),
];

/** Waits until every answer of the last 300 ms, and there were some, came from one director; false: in vain. */
async function answeredAloneBy({ answers }: PairNetwork, director: DirectorName): Promise<boolean> {
  const beganMs = monotonicMs();
  for (let now = beganMs; now - beganMs < patienceMs; now = monotonicMs()) {
    const recent = answers.filter(({ askedAtMs }) => askedAtMs > now - settledMs);
    const alone = recent.every(({ by }) => by === director);
    if (now - beganMs > settledMs && recent.length > 10 && alone) return true;
    await sleep(resolutionMs);
  }
  return false;
}

function failoverSince({ answers }: PairNetwork, beganMs: number): Failover {
  const since = answers
    .filter(({ askedAtMs }) => askedAtMs >= beganMs)
    .toSorted((a, b) => a.askedAtMs - b.askedAtMs);
  const first = since.find(({ by }) => by === 'lvs-2');
  const times = [beganMs, ...since.map(({ askedAtMs }) => askedAtMs)];
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  answers.length = 0;
  return {
    tookMs: (first?.askedAtMs ?? Number.NaN) - beganMs,
    silenceMs: Math.max(...gaps),
  };
}

/** What a killed daemon leaves is of no concern to the next subject: the address goes. */
async function endAll(network: PairNetwork, subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects) subject.signal('SIGTERM');
  for (const subject of subjects) await subject.ended();
  for (const director of Object.values(network.directors)) {
    director.run('ip', 'address', 'flush', 'dev', 'ens33', 'to', '192.168.37.189/32');
  }
}
