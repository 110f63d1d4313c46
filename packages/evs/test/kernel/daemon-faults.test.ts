import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestNamespace } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

/** Ways to start a program that has less than it needs. setpriv(1), setarch(8), unshare(1). */
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const withoutBpf = ['setpriv', '--bounding-set=-bpf,-perfmon,-sys_admin'];
const onOldKernel = ['setarch', '--uname-2.6'];
/** A mount namespace of its own, in which a file stands where the BPF file system should be. */
const withoutBpfFileSystem = [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--mount-proc',
  'sh',
  '-c',
  'mount -t tmpfs none /run/evs && touch /run/evs/bpf && exec "$@"',
  'sh',
];

let namespace: TestNamespace;
let directory: string;

beforeAll(() => void buildPrograms());
beforeEach(() => {
  namespace = new TestNamespace('evsf');
  directory = mkdtempSync(path.join(tmpdir(), 'evs-faults-'));
  chmodSync(directory, 0o755);
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  namespace[Symbol.dispose]();
});

const runDirectory = (): string => path.join(directory, 'run');

const bundles = { evsd: 'evsd.js', evsadm: 'evsadm.cjs' } as const;

/** Runs one of our programs to its end. */
function start(
  wrapper: readonly string[],
  program: keyof typeof bundles,
  ...options: readonly string[]
) {
  const words = [process.execPath, `packages/evs/dist/bin/${bundles[program]}`, ...options];
  const ended = spawnSync('ip', ['netns', 'exec', namespace.name, ...wrapper, ...words], {
    encoding: 'utf8',
    timeout: patient(30_000),
    env: { ...process.env, EVS_RUN_DIR: runDirectory() },
  });
  return { status: ended.status, words: ended.stderr };
}

/** What a later start could trip over; the file that is locked is none, once its process has ended. */
const left = (): string[] =>
  existsSync(runDirectory())
    ? readdirSync(runDirectory()).filter((name) => name !== 'evsd.pid')
    : [];

describe('evsd says what is missing and leaves nothing behind', () => {
  test.each([
    [
      'not root',
      nobody,
      /^evsd: Cannot .*without CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON\nHint: Run evsd as root/,
    ],
    [
      'root without the capabilities',
      withoutBpf,
      /^evsd: Cannot .*without CAP_BPF, CAP_PERFMON\nHint: /,
    ],
    ['a kernel before 6.1', onOldKernel, /^evsd: This is Linux 2\.6\.\S+, and 6\.1 is the oldest/],
    [
      'no BPF file system',
      withoutBpfFileSystem,
      /^evsd: Cannot mount a BPF file system at .*\nHint: /,
    ],
  ])('%s', (_, wrapper, expected) => {
    const { status, words } = start(wrapper, 'evsd');

    expect(words).toMatch(expected);
    expect(status).toBe(1);
    expect(left()).toEqual([]);
  });
});

describe('evsadm, which starts a daemon, passes on its reason as ipvsadm would', () => {
  test('not root: the words and the status of ipvsadm', () => {
    expect(start(nobody, 'evsadm', '-Ln')).toEqual({
      status: 2,
      words:
        "Can't initialize ipvs: Permission denied (you must be root)\n" +
        'Are you sure that IP Virtual Server is built in the kernel or as module?\n',
    });
  });

  test('a kernel before 6.1', () => {
    const { status, words } = start(onOldKernel, 'evsadm', '-Ln');

    expect(words).toMatch(
      /^Can't initialize ipvs: This is Linux 2\.6\.\S+, and 6\.1 is the oldest/,
    );
    expect(status).toBe(2);
  });
});
