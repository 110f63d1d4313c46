import { loadavg } from 'node:os';
import { oneSession, type CallTimes } from './command-latency/session.ts';
import { medianOf } from './support/repeated.ts';
import type { Finding, Section } from './support/report.ts';

const rounds = 10;

/** How long does a command take that somebody types? */
export function commandLatency(): Section {
  const [before = 0] = loadavg();
  const cold: CallTimes[] = [];
  const warm: CallTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = oneSession(round);
    cold.push(first);
    warm.push(second);
  }
  const [after = 0] = loadavg();
  return {
    title: 'What a command costs',
    method: how,
    findings: Object.keys(warm[0] ?? {}).map((call) => finding(call, cold, warm)),
    remarks: [
      `Two processors, shared with others: load average ${before.toFixed(1)} before, ${after.toFixed(1)} after.`,
      'With an empty cache, a call that needs other programs waits until they are assembled: once per machine and build.',
    ],
  };
}

const how = `Wall time of calls typed in a loop, \`ip netns exec\` and the launcher \`bin/evsadm\` included, medians of
${rounds}. Each round starts \`evsd\` twice in a new network namespace: first with an empty cache of assembled programs,
then with what it holds by now. Every call is a process of its own.`;

const goals: readonly (readonly [RegExp, number])[] = [
  [/1,000 lines/, 1000],
  [/^evsadm/, 120],
  [/^evsd/, 400],
];

function finding(call: string, cold: readonly CallTimes[], warm: readonly CallTimes[]): Finding {
  const coldMs = median(call, cold);
  const warmMs = median(call, warm);
  const goalMs = goals.find(([pattern]) => pattern.test(call))?.[1];
  return {
    what: call,
    figure: `${warmMs.toFixed(0)} ms; cache empty: ${coldMs.toFixed(0)} ms`,
    ...(goalMs !== undefined && {
      goal: `≤ ${goalMs} ms`,
      met: warmMs <= goalMs,
    }),
  };
}

const median = (call: string, sessions: readonly CallTimes[]): number =>
  medianOf(sessions.map((times) => times[call] ?? Number.NaN));
