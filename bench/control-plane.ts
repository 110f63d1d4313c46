import { loadavg } from 'node:os';
import {
  callsAmongThousands,
  ipvsadmAmongThousands,
  type ControlTimes,
} from './control-plane/session.ts';
import { hasKernelIpvs } from './network/directors.ts';
import { medianOf } from './support/repeated.ts';
import type { Finding, Section } from './support/report.ts';
import { inVirtualMachine } from './support/virtual-machine.ts';

const rounds = 3;

/** What do thousands of services cost, and a change among them? */
export function controlPlane(): Section {
  const [before = 0] = loadavg();
  const times = Array.from({ length: rounds }, (_, round) => callsAmongThousands(round));
  const [after = 0] = loadavg();
  return {
    title: 'Ten thousand services',
    method: how,
    findings: [
      ...Object.keys(times[0] ?? {}).map((call) => finding(call, times)),
      ...besideIpvsadm(times),
    ],
    remarks: [
      `Two processors, shared with others: load average ${before.toFixed(1)} before, ${after.toFixed(1)} after.`,
    ],
  };
}

const how = `\`evsd\` in a network namespace of its own, its programs in the cache, is given 10,000 services of two real
servers each by one \`evsadm -R\`; medians of ${rounds}. Wall time of whole calls, process and launcher included;
"in the daemon" is what its CPU time grew by over 20 such calls, divided by them. Beside ipvsadm: one call of each in
one boot of \`scripts/kernel-vm\` (an emulated processor: the quotient counts) where this kernel has no \`ip_vs\`.`;

const goals: readonly (readonly [RegExp, number])[] = [
  [/-R of/, 2000],
  [/^evsadm -Ln$/, 1000],
  [/in the daemon/, 10],
];

function finding(call: string, times: readonly ControlTimes[]): Finding {
  const ms = medianOf(times.map((one) => one[call] ?? Number.NaN));
  const goalMs = goals.find(([pattern]) => pattern.test(call))?.[1];
  return {
    what: call,
    figure: `${ms.toFixed(ms < 20 ? 1 : 0)} ms`,
    ...(goalMs !== undefined && { goal: `≤ ${goalMs} ms`, met: ms <= goalMs }),
  };
}

/** How many times as long as the real tool, on one kernel. */
function besideIpvsadm(here: readonly ControlTimes[]): Finding[] {
  const times: ControlTimes = hasKernelIpvs()
    ? { ...here[0], ...ipvsadmAmongThousands() }
    : (inVirtualMachine('control-plane') as ControlTimes);
  return ['-R of 10,000 services', '-Ln'].map((call) => {
    const [ours = NaN, theirs = NaN] = [times[`evsadm ${call}`], times[`ipvsadm ${call}`]];
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    return {
      what: `${call}, beside ipvsadm`,
      figure: `${(ours / theirs).toFixed(1)} × (evsadm ${seconds(ours)}, ipvsadm ${seconds(theirs)})`,
    };
  });
}
