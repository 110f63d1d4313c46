import type { Checker } from '../model/checker.ts';
import type { ConfiguredRealServer, VirtualServer } from '../model/configuration.ts';
import { equal, match } from './match.ts';
import type { CheckedServer, ReloadStep } from './steps.ts';

interface Watch extends CheckedServer {
  readonly checker: Checker;
}

/** Checkers of one real server before and after, by what they ask of whom. */
export interface MatchedCheckers {
  readonly removed: readonly Checker[];
  readonly added: readonly Checker[];
  /** `same` unless their times differ. */
  readonly kept: readonly {
    readonly before: Checker;
    readonly after: Checker;
    readonly same: boolean;
  }[];
}

/** Which checkers of a real server go on, knowing what they know: those that ask the same, at whatever times. */
export function matchCheckers(
  before: readonly Checker[],
  after: readonly Checker[],
): MatchedCheckers {
  const { removed, added, kept } = match(inTurn(before), inTurn(after), nameOf);
  return {
    removed: removed.map(({ checker }) => checker),
    added: added.map(({ checker }) => checker),
    kept: kept.map((pair) => ({
      before: pair.before.checker,
      after: pair.after.checker,
      same: equal(pair.before.checker, pair.after.checker),
    })),
  };
}

interface InTurn {
  readonly checker: Checker;
  readonly question: string;
  /** Which of several equal checkers. */
  readonly turn: number;
}

const nameOf = ({ question, turn }: InTurn): string => `${turn} ${question}`;

function inTurn(checkers: readonly Checker[]): readonly InTurn[] {
  const turns = new Map<string, number>();
  return checkers.map((checker) => {
    const question = questionOf(checker);
    const turn = turns.get(question) ?? 0;
    turns.set(question, turn + 1);
    return { checker, question, turn };
  });
}

/** What a checker asks of whom, without when. */
const questionOf = (checker: Checker): string => JSON.stringify({ ...checker, timing: undefined });

/** What is to be done about the checkers of all real servers. */
export function diffCheckers(
  running: readonly VirtualServer[],
  wanted: readonly VirtualServer[],
): { readonly leaving: readonly ReloadStep[]; readonly arriving: readonly ReloadStep[] } {
  const { removed, added, kept } = match(checkedIn(running), checkedIn(wanted), serverName);
  const changed = kept
    .filter(({ before, after }) => !equal(before.real.checkers, after.real.checkers))
    .map(({ before, after }) => ({
      server: after,
      checkers: matchCheckers(before.real.checkers, after.real.checkers),
    }));
  const gone = [
    ...removed.map((server) => ({ server, checkers: server.real.checkers })),
    ...changed.map(({ server, checkers }) => ({ server, checkers: checkers.removed })),
  ];
  const begun = [
    ...added.map((server) => ({ server, checkers: server.real.checkers })),
    ...changed.map(({ server, checkers }) => ({ server, checkers: checkers.added })),
  ];
  const edited = changed.map(({ server, checkers }) => ({
    server,
    checkers: checkers.kept.filter(({ same }) => !same).map(({ after }) => after),
  }));
  return {
    leaving: gone.flatMap(watchesOf).map((watch) => ({ kind: 'stopChecker', ...watch })),
    arriving: [
      ...begun.flatMap(watchesOf).map((watch): ReloadStep => ({ kind: 'startChecker', ...watch })),
      ...edited.flatMap(watchesOf).map((watch): ReloadStep => ({ kind: 'editChecker', ...watch })),
    ],
  };
}

interface Checked {
  readonly virtualServer: string;
  readonly real: ConfiguredRealServer;
}

const checkedIn = (servers: readonly VirtualServer[]): readonly Checked[] =>
  servers.flatMap(({ label, realServers }) =>
    realServers.map((real) => ({ virtualServer: label, real })),
  );

const serverName = ({ virtualServer, real }: Checked): string => `${virtualServer} ${real.label}`;

const watchesOf = ({
  server: { virtualServer, real },
  checkers,
}: {
  readonly server: Checked;
  readonly checkers: readonly Checker[];
}): readonly Watch[] =>
  checkers.map((checker) => ({ virtualServer, realServer: real.label, checker }));
