import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import { TcpFlag } from '../../packages/evs/src/packet/index.ts';
import type { Balancer } from '../support/balancer.ts';
import { fastest, type Trial } from '../support/fastest.ts';
import { build, director, usualCapacity, type Kind } from './balancers.ts';
import { clientFrame, established, untouched, type Case } from './cases.ts';
import { Floor } from './floor.ts';
import type { Flows } from './prologue.ts';

export const methods: readonly ForwardingMethod[] = ['gatewaying', 'masquerading', 'tunneling'];
export const flowCounts = [1024, 65_536, 524_288] as const;
export const caseName = (kind: Kind, method: ForwardingMethod, flows = 1): string =>
  `${kind} ${method} ${flows}`;

/** Nanoseconds net of each case, all measured in turns. */
export function establishedCosts(): ReadonlyMap<string, number> {
  const open: Balancer[] = [];
  try {
    const cases = establishedCases(open);
    const trials = cases.flatMap(({ trial, base, pair }) => [trial, base, pair ?? []].flat());
    const best = fastest(trials, { rounds: 40, repeat: 20_000 });
    return new Map(cases.map((item) => [item.name, net(item, best)]));
  } finally {
    for (const balancer of open) balancer[Symbol.dispose]();
  }
}

function establishedCases(open: Balancer[]): Case[] {
  const cases: Case[] = [];
  const add = (balancer: Balancer | undefined, make: (balancer: Balancer) => Case): void => {
    if (balancer === undefined) return;
    open.push(balancer);
    cases.push(make(balancer));
  };
  const other = clientFrame(TcpFlag.ack, '10.9.9.9');
  add(new Floor(), (floor) => established('floor', floor, 'gatewaying', { kind: 'one' }));
  add(director('gatewaying'), (balancer) => untouched('not ours', balancer, other));
  for (const kind of ['evs', 'C'] as const) {
    for (const method of methods) {
      const one: Flows = { kind: 'one' };
      add(build(kind, method), (b) => established(caseName(kind, method), b, method, one));
    }
    for (const count of flowCounts) {
      const name = caseName(kind, 'gatewaying', count);
      const scattered: Flows = { kind: 'scattered', count };
      add(build(kind, 'gatewaying', Math.max(usualCapacity, 2 * count)), (balancer) =>
        established(name, balancer, 'gatewaying', scattered),
      );
    }
  }
  return cases;
}

function net({ trial, base, pair }: Case, best: ReadonlyMap<string, number>): number {
  const of = (what: Trial): number => best.get(what.name) ?? Number.NaN;
  if (pair === undefined) return of(trial) - of(base);
  // The base moved the head once more than the prologue does: half of what a pair costs.
  const empty = best.get('floor (base)') ?? Number.NaN;
  return of(trial) - of(base) + (of(pair) - empty) / 2;
}
