import { schedulers, type SchedulerName } from '../packages/evs/src/director/model.ts';
import { TcpFlag } from '../packages/evs/src/packet/index.ts';
import { clientFrame } from './packet-path/cases.ts';
import { pickProgram } from './schedulers/pick-program.ts';
import { BenchDirector } from './support/bench-director.ts';
import { fastest, type Trial } from './support/fastest.ts';
import type { Finding, Section } from './support/report.ts';

const counts = [2, 16, 1000] as const;

/** What does a pick cost? */
export function schedulerCosts(): Section {
  return {
    title: 'What a pick costs',
    method: how,
    findings: schedulers.filter((name) => name !== 'none').map(costOf),
  };
}

const how = `BPF_PROG_TEST_RUN of the product's steps up to a packet's service, with its scheduler and without: the
difference is the pick. One TCP service, IPv4, its real servers all of weight 1 and without connections, the same client
in every run. The least of 20 runs of 2,000 packets, in turns. Instructions: what the scheduler adds to the program.`;

function costOf(scheduler: SchedulerName): Finding {
  const costs = counts.map((count) => pickNs(scheduler, count));
  const figures = costs.map(({ ns }, index) => `${counts[index]}: ${Math.round(ns)} ns`);
  return {
    what: `${scheduler}, by number of real servers`,
    figure: `${figures.join('; ')}; ${costs[0]?.instructions} instructions`,
  };
}

function pickNs(
  scheduler: SchedulerName,
  realServers: number,
): { readonly ns: number; readonly instructions: number } {
  using director = new BenchDirector({
    method: 'gatewaying',
    protocols: ['tcp'],
    localClients: false,
    capacities: { connections: 1024 },
    scheduler,
    realServers,
  });
  const packet = clientFrame(TcpFlag.syn);
  const { definitions } = director.store;
  const [with_, without] = [true, false].map((picks): Trial & { length: number } => {
    const program = pickProgram(definitions, director.features, picks);
    return {
      name: picks ? 'pick' : 'base',
      program: director.load(program),
      length: program.instructions.length,
      packet,
      verdict: 1,
    };
  }) as [Trial & { length: number }, Trial & { length: number }];
  try {
    const best = fastest([with_, without], { rounds: 20, repeat: 2000 });
    return {
      ns: (best.get('pick') ?? Number.NaN) - (best.get('base') ?? Number.NaN),
      instructions: with_.length - without.length,
    };
  } finally {
    for (const { program } of [with_, without]) program[Symbol.dispose]();
  }
}
