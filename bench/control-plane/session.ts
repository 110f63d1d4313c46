import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd, Namespace, undoAll } from '../network/namespace.ts';

/** Milliseconds by what was called. */
export type ControlTimes = Readonly<Record<string, number>>;

const services = 10_000;
const changes = 20;
/** `sysconf(_SC_CLK_TCK)`, which is 100 wherever Linux runs us. */
const ticksPerSecond = 100;

const launcher = (name: string): string =>
  fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));

/** A director with many services, and what calls take there. */
export function callsAmongThousands(round: number): ControlTimes {
  const directory = mkdtempSync(path.join(tmpdir(), 'evs-control-'));
  atEnd(() => rmSync(directory, { recursive: true }));
  const call = callerIn(`c${round}`, { EVS_RUN_DIR: directory });
  const evsadm = (line: string, input?: string): number =>
    call([launcher('evsadm'), ...line.split(' ')], input);
  call([launcher('evsd'), '--detach']);
  const daemonMs = (): number => cpuMs(Number(readFileSync(`${directory}/evsd.pid`, 'utf8')));
  evsadm(`-A -t ${one} -s rr`);
  evsadm(`-a -t ${one} -r 10.8.255.1 -m`);
  const times = {
    'evsadm -R of 10,000 services': evsadm('-R', thousands()),
    'evsadm -Ln': evsadm('-Ln'),
    'evsadm -Ln --stats': evsadm('-Ln --stats'),
    ...changesOf(evsadm, daemonMs),
    'evsadm -C': evsadm('-C'),
  };
  undoAll();
  return times;
}

/** The same calls of ipvsadm, where the kernel has ip_vs. */
export function ipvsadmAmongThousands(): ControlTimes {
  const call = callerIn('ci', {});
  const ipvsadm = (line: string, input?: string): number =>
    call(['ipvsadm', ...line.split(' ')], input);
  ipvsadm(`-A -t ${one} -s rr`);
  ipvsadm(`-a -t ${one} -r 10.8.255.1 -m`);
  const times = {
    'ipvsadm -R of 10,000 services': ipvsadm('-R', thousands()),
    'ipvsadm -Ln': ipvsadm('-Ln'),
  };
  undoAll();
  return times;
}

type Caller = (words: readonly string[], input?: string) => number;

/** Runs commands in a namespace of their own, which has a device, and says how many milliseconds each took. */
function callerIn(name: string, environment: NodeJS.ProcessEnv): Caller {
  const namespace = new Namespace(name);
  const inode = statSync(namespace.path).ino;
  atEnd(() => rmSync(`/run/evs/bpf/netns-${inode}`, { recursive: true, force: true }));
  namespace.ip('link add eth0 type veth peer name peer');
  namespace.ip('link set eth0 up');
  namespace.ip('addr add 10.8.0.1/16 dev eth0');
  return (words, input = '') => {
    const startedMs = performance.now();
    execFileSync('ip', ['netns', 'exec', namespace.name, ...words], {
      input,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    return performance.now() - startedMs;
  };
}

const one = '10.99.0.1:80';

function changesOf(evsadm: (line: string) => number, daemonMs: () => number): ControlTimes {
  const before = daemonMs();
  const calls = Array.from({ length: changes }, (_, index) =>
    evsadm(`-e -t ${one} -r 10.8.255.1 -m -w ${index + 2}`),
  );
  const spent = daemonMs() - before;
  return {
    'evsadm -e, one real server among them': calls.toSorted((a, b) => a - b)[changes / 2] ?? NaN,
    'the same, in the daemon': spent / changes,
  };
}

/** User and system time of a process: fields 14 and 15 of proc_pid_stat(5). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

function thousands(): string {
  return Array.from({ length: services }, (_, index) => {
    const vip = `10.${100 + (index >> 14)}.${(index >> 7) & 127}.${index & 127}:80`;
    const server = (host: number): string =>
      `-a -t ${vip} -r 10.8.${(index >> 7) & 127}.${host}:80 -m`;
    return `-A -t ${vip} -s rr\n${server(1 + (index & 127))}\n${server(129 + (index & 63))}\n`;
  }).join('');
}
