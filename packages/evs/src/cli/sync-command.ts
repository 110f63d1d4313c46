import { Command } from 'commander';
import { socketPath } from '../api/index.ts';
import type {
  AnswerStatus,
  BackupStatus,
  MasterStatus,
  PeerStatus,
  SynchronisationStatus,
} from '../sync/index.ts';
import { findDirector } from './find-director.ts';
import type { Launcher } from './launch-daemon.ts';

/** `evs sync`: how the synchronisation of connections with other directors goes. */
export const syncCommand = (launcher: Launcher): Command =>
  new Command('sync')
    .description('shows how connections are synchronised with other directors')
    .option('--json', 'print the same as an object')
    .action(async ({ json }: { readonly json?: true }) => {
      const director = await findDirector(socketPath(), launcher);
      const status = await director.synchronisationStatus();
      process.stdout.write(
        json === true ? `${JSON.stringify(status, undefined, 2)}\n` : printSynchronisation(status),
      );
    });

/** Both roles, each with its numbers. */
export function printSynchronisation(status: SynchronisationStatus): string {
  const { master, backup, authenticated } = status;
  const lines = [
    ...(master === undefined ? [] : masterLines(master)),
    ...(backup === undefined ? [] : backupLines(backup)),
  ];
  if (lines.length === 0) return 'Connections are not synchronised: evsadm --start-daemon\n';
  const signed = authenticated ? 'signed with a key' : 'not signed';
  return [...lines, `messages are ${signed}`, ''].join('\n');
}

const masterLines = (master: MasterStatus): string[] => [
  `master: ${master.problem ?? 'sending'}`,
  `  sent ${master.connections} connections in ${master.messages} messages, the last after at most ${master.delayMs} ms`,
  ...troubles({ 'not sent': master.unsent, 'lost before': master.lost }),
  ...master.answers.map(answerLine),
];

const answerLine = ({ peer, sent, total, state }: AnswerStatus): string =>
  `  resynchronisation of ${peer}: ${state}, ${progress(sent, total)}`;

const backupLines = (backup: BackupStatus): string[] => [
  `backup: ${backup.problem ?? 'receiving'}`,
  `  received ${backup.connections} connections in ${backup.messages} messages`,
  ...troubles(backup.outcomes),
  ...Object.entries(backup.rejected).map(([reason, count]) => `  rejected, ${reason}: ${count}`),
  ...troubles({ 'waiting for their real server': backup.waiting }),
  ...backup.peers.flatMap(peerLines),
];

const troubles = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `  ${what}: ${count}`);

function peerLines(peer: PeerStatus): string[] {
  const { state, received, total, tookMs, problem } = peer.resynchronisation;
  const took = tookMs === undefined ? '' : `, ${tookMs} ms`;
  const why = problem === undefined ? '' : `: ${problem}`;
  return [
    `  master ${peer.address} since ${peer.since}, heard ${peer.silentMs} ms ago`,
    `    missed ${peer.missed} of ${peer.messages} messages, at most ${peer.delayMs} ms behind`,
    `    resynchronisation: ${state}, ${progress(received, total)}${took}${why}`,
  ];
}

const progress = (done: number, total: number): string =>
  total === 0 ? `${done} connections` : `${done} of ${total} connections`;
