import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Session, Theme } from '../fixtures/sessions/session.ts';
import type { Answer } from './play-session.ts';

const folder = path.resolve(import.meta.dirname, '../fixtures/sessions');

/** What ipvsadm answered in each session of a theme. */
export function recordedSessions({ name }: Theme): ReadonlyMap<Session['name'], string> {
  const text = readFileSync(path.join(folder, `${name}.txt`), 'utf8');
  const transcripts = text.split(/^### /m).slice(1);
  return new Map(
    transcripts.map((transcript) => [transcript.split('\n', 1)[0] ?? '', `### ${transcript}`]),
  );
}

/** What a session begins with: nothing configured. */
export const freshStart = [
  ['-C'],
  ['--set', '900', '120', '300'],
  ['--stop-daemon', 'master'],
  ['--stop-daemon', 'backup'],
] as const;

/** An answer of ours without what it says on purpose beside ipvsadm's words: how many connections can be tracked. */
export const asIpvsadm = ({ output, errors, exitStatus }: Answer): Answer => ({
  output: output.replace(/\(size=\d+\)/, '(size=4096)'),
  errors,
  exitStatus,
});
