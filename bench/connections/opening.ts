import type { ForwardingMethod, SchedulerName } from '../../packages/evs/src/director/model.ts';
import { testRun } from '../../packages/evs/src/linux/index.ts';
import { established, opening } from '../packet-path/cases.ts';
import { fastest } from '../support/fastest.ts';
import type { Finding } from '../support/report.ts';
import { roomyDirector } from './table.ts';

/** Established, and opened: a power of two, half of the table. */
export const openedFlows = 1 << 19;
const tables = 3;

interface Question {
  readonly method: ForwardingMethod;
  readonly scheduler: SchedulerName;
  readonly realServers: number;
  /** A new connection against an established packet. */
  readonly most: number;
}
const questions: readonly Question[] = (['gatewaying', 'masquerading'] as const).flatMap(
  (method) => [
    { method, scheduler: 'rr', realServers: 2, most: 2.5 },
    { method, scheduler: 'wlc', realServers: 16, most: 4 },
  ],
);

/** What the first packet of a connection costs, against one of an established connection. */
export const openingCosts = (): Finding[] =>
  questions.map((question) => {
    const [first, later] = [openingNs(question), establishedNs(question)];
    const { method, scheduler, realServers, most } = question;
    const name = method === 'masquerading' ? 'NAT' : 'DR';
    return {
      what: `new connection, ${scheduler} over ${realServers}, ${name}`,
      figure: `${Math.round(first)} ns = ${(first / later).toFixed(2)} × established (${Math.round(later)} ns)`,
      goal: `≤ ${most} × established`,
      met: first <= most * later,
    };
  });

/** On the average while the table fills. */
function openingNs({ method, scheduler, realServers }: Question): number {
  let best = Infinity;
  for (let table = 0; table < tables; table++) {
    using director = roomyDirector(method, scheduler, realServers);
    const { trial, base } = opening('new connection', director, method);
    const [full = 0, empty = 0] = [trial, base].map(
      ({ program, packet }) => testRun(program, packet, { repeat: openedFlows }).durationNs,
    );
    best = Math.min(best, full - empty);
  }
  return best;
}

function establishedNs({ method, scheduler, realServers }: Question): number {
  using director = roomyDirector(method, scheduler, realServers);
  const flows = { kind: 'scattered', count: openedFlows } as const;
  const { trial, base } = established('established', director, method, flows);
  const best = fastest([trial, base], { rounds: 20, repeat: 20_000 });
  return (best.get(trial.name) ?? Number.NaN) - (best.get(base.name) ?? Number.NaN);
}
