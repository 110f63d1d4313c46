import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HappeningResult } from '../../src/lab/ha/run-ha.ts';
import { methodNames } from '../../src/lab/method.ts';
import type { LabResult, MethodResult } from '../../src/lab/result.ts';

const evs = 'bin/evs';
const name = `t${process.pid}`;
const run = promisify(execFile);

/** Runs `evs` to its end, however it ends. */
async function runEvs(
  ...words: string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  try {
    return { status: 0, ...(await run(evs, words, { maxBuffer: 1 << 24 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

/** What a lab of our name, or anybody's program in it, would leave on the machine. */
const leftovers = (): string[] => [
  ...(existsSync('/run/netns') ? readdirSync('/run/netns') : []).filter((entry) =>
    entry.startsWith(`${name}-`),
  ),
  ...(existsSync(`/run/evs/lab/${name}`) ? [`/run/evs/lab/${name}`] : []),
  ...readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => commandLineOf(pid))
    .filter((line) => line.includes(`/run/evs/lab/${name}/`)),
];

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

describe('evs lab all', { timeout: 300_000 }, () => {
  let result: LabResult;
  let status: number;
  beforeAll(async () => {
    const outcome = await runEvs('lab', 'all', '--json', '--name', name);
    if (outcome.stderr !== '') throw new Error(outcome.stderr);
    ({ status } = outcome);
    result = JSON.parse(outcome.stdout) as LabResult;
  }, 300_000);

  const resultOf = (method: string): MethodResult => {
    const found = result.methods.find((each) => each.method === method);
    if (found === undefined) throw new Error(`no result of ${method}`);
    return found;
  };

  test('every claim holds', () => {
    const claims = result.methods.flatMap((each) => each.claims);
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
    expect(result.methods.map(({ method }) => method)).toEqual(methodNames);
    expect({ status, ok: result.ok }).toEqual({ status: 0, ok: true });
  });

  test.each(methodNames)('%s: curl alternates between nginx-1 and nginx-2', (method) => {
    const { client, remote } = resultOf(method).answers;
    expect([...client, ...remote].toSorted()).toEqual([
      ...Array.from({ length: 6 }, () => 'nginx-1'),
      ...Array.from({ length: 6 }, () => 'nginx-2'),
    ]);
    for (const answers of [client, remote]) {
      expect(answers.every((answer, index) => answer !== answers[index + 1])).toBe(true);
    }
  });

  test.each([
    ['nat', 'Masq'],
    ['tun', 'Tunnel'],
    ['dr', 'Route'],
  ])('%s: evsadm -Ln says %s', (method, forward) => {
    const rows = resultOf(method)
      .listing.split('\n')
      .filter((line) => line.includes('  -> 192'));
    expect(rows.map((row) => row.trim().split(/\s+/).slice(1, 4))).toEqual([
      ['192.168.37.183:8088', forward, '1'],
      ['192.168.37.184:8088', forward, '1'],
    ]);
  });

  test('NAT: both directions go through the director, and the remote client through the router', () => {
    const way = resultOf('nat').hops.remote.map((hop) => `${hop.from} → ${hop.to}`);
    expect(way.map((hop) => hop.replaceAll(/nginx-\d/g, 'nginx'))).toEqual([
      'remote → router',
      'router → lvs-1',
      'lvs-1 → nginx',
      'nginx → lvs-1',
      'lvs-1 → router',
      'router → remote',
    ]);
  });

  test.each(['tun', 'dr'])('%s: the answer goes past the director', (method) => {
    const way = resultOf(method).hops.client.map((hop) => `${hop.from} → ${hop.to}`);
    expect(way.map((hop) => hop.replaceAll(/nginx-\d/g, 'nginx'))).toEqual([
      'client → lvs-1',
      'lvs-1 → nginx',
      'nginx → client',
    ]);
  });

  test('nothing is left behind', () => {
    expect(leftovers()).toEqual([]);
  });
});

describe('evs lab ha --keep', { timeout: 300_000 }, () => {
  let result: {
    readonly ok: boolean;
    readonly commands: readonly string[];
    readonly happenings: readonly HappeningResult[];
  };
  beforeAll(async () => {
    const outcome = await runEvs('lab', 'ha', '--keep', '--json', '--name', name);
    if (outcome.stderr !== '') throw new Error(outcome.stderr);
    result = JSON.parse(outcome.stdout) as typeof result;
  }, 300_000);

  test('every claim holds', () => {
    const claims = result.happenings.flatMap((each) => each.claims);
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
    expect(claims.length).toBeGreaterThan(40);
    expect(result.ok).toBe(true);
  });

  test('the backup answers while the first director is stopped, killed or cut off', () => {
    const owners = result.happenings.map(({ happening, clients }) => [
      happening,
      ...clients.map(({ owner }) => owner),
    ]);
    expect(owners).toEqual([
      ['start', 'lvs-1', 'lvs-1'],
      ['stop', 'lvs-2', 'lvs-2'],
      ['restart', 'lvs-1', 'lvs-1'],
      ['kill', 'lvs-2', 'lvs-2'],
      ['restart', 'lvs-1', 'lvs-1'],
      ['cut', 'lvs-2', 'lvs-2'],
      ['heal', 'lvs-1', 'lvs-1'],
    ]);
  });

  test('it tells what was typed, and the interface has the name of the tutorial', () => {
    expect(result.commands).toContain('switch# ip link set lvs-1 down');
    expect(result.commands).toContain('lvs-2# ip -br address show dev ens33');
  });

  test('the second director can be entered, and goes with the lab', async () => {
    const words = ['lab', 'shell', '--name', name, 'lvs-2', '--', 'evsadm', '-Ln'];
    const { stdout } = await runEvs(...words);
    expect(stdout).toContain('192.168.37.183:8088          Route');
    expect((await runEvs('lab', 'down', name)).status).toBe(0);
    expect(leftovers()).toEqual([]);
  });
});

describe('a kept lab', { timeout: 120_000 }, () => {
  test('can be entered, refuses a second one of its name, and goes away when told', async () => {
    expect((await runEvs('lab', 'dr', '--keep', '--name', name)).status).toBe(0);
    const { stdout } = await runEvs('lab', 'shell', '--name', name, 'lvs-1', '--', 'evsadm', '-Ln');
    expect(stdout).toContain('192.168.37.183:8088          Route');
    const second = await runEvs('lab', 'dr', '--name', name);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`Cannot build lab ${name}: there is one of that name`);

    expect((await runEvs('lab', 'down', name)).status).toBe(0);
    expect(leftovers()).toEqual([]);
  });
});

test('an interrupted lab cleans up behind itself', { timeout: 60_000 }, async () => {
  const child = execFile(evs, ['lab', 'dr', '--name', name]);
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: string) => {
      if (text.includes('nginx-2 # ip addr add')) resolve();
    });
  });
  child.kill('SIGINT');
  const status = await new Promise((resolve) => child.once('exit', resolve));
  expect(status).toBe(130);
  expect(leftovers()).toEqual([]);
});

test('a wrong host is told with the right ones', () => {
  expect(() => execFileSync(evs, ['lab', 'shell', 'nginx-3'], { stdio: 'pipe' })).toThrow(
    'Cannot enter nginx-3: no host of the lab has that name',
  );
});
