import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd, Namespace, undoAll } from '../network/namespace.ts';

/** Milliseconds by what was called. */
export type CallTimes = Readonly<Record<string, number>>;

/** The call that everything is compared with. */
export const nothing = 'node -e 0';

/** Before what else the machine does, the daemon too. */
const first = ['nice', '--adjustment=-10'];
const launcher = (name: string): string =>
  fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));

/** The calls of one round: with an empty cache of programs, then with a full one. */
export function oneSession(round: number): [CallTimes, CallTimes] {
  const folder = mkdtempSync(path.join(tmpdir(), 'evs-latency-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  const cache = path.join(folder, 'programs');
  const both: [CallTimes, CallTimes] = [
    callsIn(`${round}a`, path.join(folder, 'first'), cache),
    callsIn(`${round}b`, path.join(folder, 'second'), cache),
  ];
  undoAll();
  return both;
}

const vip = '10.8.0.100:80';
const other = '10.8.0.101:80';

function callsIn(role: string, directory: string, cache: string): CallTimes {
  const namespace = new Namespace(role);
  const inode = statSync(namespace.path).ino;
  atEnd(() => rmSync(`/run/evs/bpf/netns-${inode}`, { recursive: true, force: true }));
  namespace.ip('link add eth0 type veth peer name peer');
  namespace.ip('link set eth0 up');
  namespace.ip('addr add 10.8.0.1/24 dev eth0');
  const environment = { ...process.env, EVS_RUN_DIR: directory, EVS_PROGRAM_CACHE: cache };
  const timed = (words: readonly string[], input = ''): number => {
    const startedMs = performance.now();
    execFileSync('ip', ['netns', 'exec', namespace.name, ...first, ...words], {
      input,
      env: environment,
    });
    return performance.now() - startedMs;
  };
  const evsadm = (line: string, input?: string): number =>
    timed([launcher('evsadm'), ...line.split(' ')], input);
  return {
    [nothing]: timed(nothing.split(' ')),
    'evsd --detach, until the socket answers': timed([launcher('evsd'), '--detach']),
    'evsadm -A, the first service': evsadm(`-A -t ${vip} -s rr`),
    'evsadm -a, a real server': evsadm(`-a -t ${vip} -r 10.8.0.2 -g`),
    'evsadm -a, another': evsadm(`-a -t ${vip} -r 10.8.0.3 -g`),
    'evsadm -e': evsadm(`-e -t ${vip} -r 10.8.0.3 -g -w 5`),
    'evsadm -A, another scheduler': evsadm(`-A -t ${other} -s wlc`),
    'evsadm -a, another method': evsadm(`-a -t ${other} -r 10.8.0.4 -m`),
    'evsadm -E, back to a known scheduler': evsadm(`-E -t ${other} -s rr`),
    'evsadm -Ln': evsadm('-Ln'),
    'evsadm -d': evsadm(`-d -t ${other} -r 10.8.0.4`),
    'evsadm -D': evsadm(`-D -t ${other}`),
    'evsadm -R, 1,000 lines': evsadm('-R', thousandLines),
    'evsadm -a, after 1,000 others': evsadm(`-a -t ${vip} -r 10.8.0.5 -g`),
    'evsadm -C': evsadm('-C'),
  };
}

const thousandLines = Array.from(
  { length: 1000 },
  (_, index) => `-a -t ${vip} -r 10.9.${Math.floor(index / 250)}.${index % 250} -g\n`,
).join('');
