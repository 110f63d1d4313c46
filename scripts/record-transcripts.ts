/** Plays sessions with the ipvsadm of this machine. Only for the throwaway machine of scripts/kernel-vm. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { themes } from '../packages/evs/test/fixtures/sessions/themes.ts';
import type { Session, Theme } from '../packages/evs/test/fixtures/sessions/session.ts';
import { withNetworkNamespace } from '../packages/evs/src/linux/index.ts';
import { hostsFile, servicesFile } from '../packages/evs/test/support/fixed-names.ts';
import { freshStart } from '../packages/evs/test/support/recorded-session.ts';
import { playSession, type Answer } from '../packages/evs/test/support/play-session.ts';
import { SessionNetwork } from '../packages/evs/test/support/session-network.ts';

const folder = '/run/vm';
if (!existsSync(`${folder}/.start`)) throw new Error('Run scripts/record-transcripts');

writeFileSync('/etc/hosts', hostsFile);
writeFileSync('/etc/services', servicesFile);
writeFileSync('/etc/nsswitch.conf', 'hosts: files\nservices: files\n');
const schedulers = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' ');
for (const module of [
  'ip_vs',
  ...schedulers.map((name) => `ip_vs_${name}`),
  'ip_vs_pe_sip',
  'dummy',
]) {
  spawnSync('modprobe', [module]);
}

/** Counters are summed every two seconds, and traffic may still be on its way. */
const settleMs = 4500;

await using network = new SessionNetwork();
const ipvsadm = (words: readonly string[], input = ''): Answer =>
  withNetworkNamespace(network.director.path, () => {
    const { stdout, stderr, status } = spawnSync('ipvsadm', words, { input, encoding: 'utf8' });
    return { output: stdout, errors: stderr, exitStatus: status ?? -1 };
  });

async function record(session: Session): Promise<string> {
  for (const words of freshStart) ipvsadm(words);
  return playSession(session, {
    run: ipvsadm,
    traffic: (words) => (words[0] === 'settle' ? delay(settleMs) : network.traffic(words)),
  });
}

async function recordTheme({ name, about, sessions }: Theme): Promise<void> {
  let text = `# ${about}\n`;
  for (const session of sessions) {
    const transcript = await record(session);
    text += transcript;
  }
  writeFileSync(`${folder}/${name}.txt`, text);
  process.stdout.write(`${name}: ${sessions.length} sessions\n`);
}

await network.start();
const wanted = process.argv.slice(2);
for (const theme of themes) {
  if (wanted.length === 0 || wanted.includes(theme.name)) await recordTheme(theme);
}
