import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cable, TestNamespace } from './network.ts';
import { firstLine } from './segment.ts';
import { patient } from './slowness.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

/** The tutorial's network: two directors, two web servers and a client on one segment, all by ens33. */
const vip = '192.168.37.189';
const names = ['lvs-1', 'lvs-2', 'nginx-1', 'nginx-2', 'client'] as const;
type Name = (typeof names)[number];
const addresses: Readonly<Record<Name, string>> = {
  'lvs-1': '192.168.37.181',
  'lvs-2': '192.168.37.182',
  'nginx-1': '192.168.37.183',
  'nginx-2': '192.168.37.184',
  client: '192.168.37.20',
};

let segment: TestNamespace;
let hosts: Readonly<Record<Name, TestNamespace>>;
let directors: readonly [TestDaemon, TestDaemon];
const processes: ChildProcess[] = [];

beforeAll(async () => {
  buildPrograms();
  segment = new TestNamespace('evtw');
  segment.ip('link add br0 type bridge');
  segment.ip('link set br0 up');
  const made = names.map((name, index) => [name, plug(name, index)] as const);
  hosts = Object.fromEntries(made) as unknown as typeof hosts;
  await Promise.all([serve('nginx-1'), serve('nginx-2')]);
  directors = [new TestDaemon(hosts['lvs-1']), new TestDaemon(hosts['lvs-2'])];
});
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  for (const director of directors) await director.remove();
  for (const name of names) hosts[name][Symbol.dispose]();
  segment[Symbol.dispose]();
});

function plug(name: Name, index: number): TestNamespace {
  const host = new TestNamespace('evth');
  const port = `port${index}`;
  cable(
    { namespace: host, device: 'ens33', address: `${addresses[name]}/24` },
    { namespace: segment, device: port },
  );
  segment.ip(`link set ${port} master br0`);
  return host;
}

/** A real server for direct routing, which answers with its name. */
async function serve(name: Name): Promise<void> {
  const host = hosts[name];
  host.run('sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2');
  host.ip(`addr add ${vip}/32 dev lo`);
  const program = [
    process.execPath,
    '--import',
    'tsx',
    `${import.meta.dirname}/web-server.ts`,
    name,
    '8088',
  ];
  const child = spawn('ip', ['netns', 'exec', host.name, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  await firstLine(child);
}

const configuration = (name: string): string[] => [
  '--use-file',
  path.resolve(import.meta.dirname, `../fixtures/config/tutorial-${name}.conf`),
];
const holds = (name: Name): boolean => hosts[name].ip('address show dev ens33').includes(vip);
const expectHolder = (holder: Name): Promise<void> =>
  vi.waitFor(
    () => {
      expect([holds('lvs-1'), holds('lvs-2')]).toEqual([holder === 'lvs-1', holder === 'lvs-2']);
    },
    { timeout: patient(30_000), interval: 50 },
  );
const ask = (): string => hosts.client.run('curl', '-s', '--max-time', '5', `http://${vip}:8088/`);

test('the tutorial’s two files: the VIP follows the priority, and whoever holds it balances', async () => {
  const [first, second] = directors;
  await first.start(...configuration('master'));
  await expectHolder('lvs-1');
  await second.start(...configuration('backup'));
  expect(ask()).toMatch(/^nginx-[12]$/);

  await first.kill('SIGTERM');
  await expectHolder('lvs-2');
  expect(ask()).toMatch(/^nginx-[12]$/);

  await first.start(...configuration('master'));
  await expectHolder('lvs-1');
  expect(ask()).toMatch(/^nginx-[12]$/);
});

test('a file with errors is refused before anything is done', async () => {
  const [, second] = directors;
  await second.kill('SIGTERM');
  const file = path.join(second.directory, 'bad.conf');
  writeFileSync(file, 'virtual_server 10.0.0.1 80 {\n  lb_algo\n}\n');

  await expect(second.start('--use-file', file)).rejects.toThrow(/bad\.conf:2/);
});
