import type { ForwardingMethod } from '../packages/evs/src/director/model.ts';
import { caseName, establishedCosts, flowCounts, methods } from './packet-path/established.ts';
import { newFlowCost, newFlows } from './packet-path/new-flows.ts';
import { sizes } from './packet-path/sizes.ts';
import type { Finding, Section } from './support/report.ts';

const known = {
  gatewaying: { name: 'DR', timesFloor: 1.6 },
  masquerading: { name: 'NAT', timesFloor: 1.7 },
  tunneling: { name: 'IPIP', timesFloor: 2.3 },
} as const satisfies Record<ForwardingMethod, object>;
/** What the minimal C balancer took where the goals were set. */
const knownC: Readonly<Record<number, number>> = { 65_536: 570, 524_288: 385 };

/** What does a packet cost? */
export function packetPath(): Section {
  const costs = establishedCosts();
  return {
    title: 'What a packet costs',
    method: how,
    findings: [
      { what: 'floor', figure: ns(costs.get('floor')) },
      ...methods.map((method) => oneFlow(method, costs)),
      ...flowCounts.map((count) => manyFlows(count, costs)),
      ...methods.map(newFlow),
      notOurs(costs),
      ...sizes(),
    ],
  };
}

const how = `BPF_PROG_TEST_RUN of the product's own XDP program with the features of one TCP service, rr, two real
servers, local clients allowed. *Net*: over a program that only returns XDP_DROP, both behind the same prologue, which
makes each run's packet (headers as they were, or another flow's). The least of 40 runs of 20,000 packets, all in turns.
*Floor*: parse, one hash lookup on one flow, XDP_TX, emitted by the same builder. *C*: \`bench/minimal/minimal.c\`,
hand-written, clang -O2. Many flows come in an order that no prefetcher guesses, in a table of twice their number and at
least 262,144. New flows: SYNs, each stored and counted, the average of ${newFlows.toLocaleString('en')} into an empty table; the least of five tables.
IPIP is encapsulation of the whole packet, with \`bpf_xdp_adjust_head\`.`;

const ns = (value: number | undefined): string =>
  value === undefined ? 'not measured' : `${Math.round(value)} ns`;
const beside = (value: number | undefined): string =>
  value === undefined ? '' : `; C ${ns(value)}`;

function oneFlow(method: ForwardingMethod, costs: ReadonlyMap<string, number>): Finding {
  const [floor = Number.NaN, cost = Number.NaN] = ['floor', caseName('evs', method)].map((name) =>
    costs.get(name),
  );
  const { name, timesFloor } = known[method];
  return {
    what: `established, one flow, ${name}`,
    figure: `${ns(cost)} = ${(cost / floor).toFixed(2)} × floor${beside(costs.get(caseName('C', method)))}`,
    goal: `≤ ${timesFloor} × floor`,
    met: cost <= timesFloor * floor,
  };
}

function manyFlows(count: number, costs: ReadonlyMap<string, number>): Finding {
  const of = (kind: 'evs' | 'C', flows?: number): number =>
    costs.get(caseName(kind, 'gatewaying', flows)) ?? Number.NaN;
  const cost = of('evs', count);
  const what = `established, ${count.toLocaleString('en')} flows, DR`;
  const c = costs.get(caseName('C', 'gatewaying', count));
  if (knownC[count] === undefined) {
    const more = cost - of('evs');
    const figure = `${ns(cost)} = one flow + ${ns(more)}${beside(c)}`;
    return { what, figure, goal: 'one flow + 25 ns', met: more <= 25 };
  }
  const bound = 1.1 * (c ?? knownC[count]);
  return {
    what,
    figure: `${ns(cost)}${beside(c)}`,
    goal: `≤ 1.1 × C = ${ns(bound)}`,
    met: cost <= bound,
  };
}

function newFlow(method: ForwardingMethod): Finding {
  const cost = newFlowCost('evs', method);
  return {
    what: `new flow, ${known[method].name}`,
    figure: `${ns(cost)}${beside(newFlowCost('C', method))}`,
    goal: '≤ 850 ns',
    met: cost !== undefined && cost <= 850,
  };
}

function notOurs(costs: ReadonlyMap<string, number>): Finding {
  const [floor = Number.NaN, cost = Number.NaN] = ['floor', 'not ours'].map((name) =>
    costs.get(name),
  );
  return {
    what: 'TCP packet of another address',
    figure: `${ns(cost)} = ${(cost / floor).toFixed(2)} × floor`,
    goal: '≤ 0.5 × floor',
    met: cost <= 0.5 * floor,
  };
}
