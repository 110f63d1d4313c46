import type { Checker } from '../model/checker.ts';
import type { ConfiguredRealServer, VirtualServer } from '../model/configuration.ts';
import { equal, match } from './match.ts';
import type { CheckedServer, ReloadStep } from './steps.ts';

interface Watch extends CheckedServer {
  readonly checker: Checker;
  /** Which of several equal checkers of one server. */
  readonly turn: number;
}

/** Checkers are the same by real server and by what they ask of whom; one with other times goes on knowing its server. */
export function diffCheckers(
  running: readonly VirtualServer[],
  wanted: readonly VirtualServer[],
): { readonly leaving: readonly ReloadStep[]; readonly arriving: readonly ReloadStep[] } {
  const watches = match(watchesOf(running), watchesOf(wanted), watchName);
  const changed = watches.kept.filter(({ before, after }) => !equal(before.checker, after.checker));
  return {
    leaving: watches.removed.map((watch) => ({ kind: 'stopChecker', ...stepOf(watch) })),
    arriving: [
      ...watches.added.map((watch): ReloadStep => ({ kind: 'startChecker', ...stepOf(watch) })),
      ...changed.map(({ after }): ReloadStep => ({ kind: 'editChecker', ...stepOf(after) })),
    ],
  };
}

const stepOf = ({ virtualServer, realServer, checker }: Watch) => ({
  virtualServer,
  realServer,
  checker,
});

const watchesOf = (servers: readonly VirtualServer[]): readonly Watch[] =>
  servers.flatMap((server) =>
    server.realServers.flatMap((real) => watchesOfServer(server.label, real)),
  );

function watchesOfServer(virtualServer: string, real: ConfiguredRealServer): readonly Watch[] {
  const turns = new Map<string, number>();
  return real.checkers.map((checker) => {
    const question = questionOf(checker);
    const turn = turns.get(question) ?? 0;
    turns.set(question, turn + 1);
    return { virtualServer, realServer: real.label, checker, turn };
  });
}

const watchName = ({ virtualServer, realServer, checker, turn }: Watch): string =>
  `${virtualServer} ${realServer} ${turn} ${questionOf(checker)}`;

/** What a checker asks of whom, without when. */
const questionOf = (checker: Checker): string => JSON.stringify({ ...checker, timing: undefined });
