import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ChecksSchema } from '../../src/api/checks.ts';
import { capture, withNetworkNamespace } from '../../src/linux/index.ts';
import { TestPair } from './network.ts';
import { firstLine } from './segment.ts';
import { patient } from './slowness.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

let pair: TestPair;
let daemon: TestDaemon;
beforeAll(() => {
  buildPrograms();
});
beforeEach(() => {
  pair = new TestPair();
  for (const [side, address] of [
    [pair.left, 'fd09::1'],
    [pair.right, 'fd09::2'],
  ] as const) {
    side.ip(`address add ${address}/64 dev eth0 nodad`);
  }
  daemon = new TestDaemon(pair.left);
});
afterEach(async () => {
  await daemon.remove();
  pair[Symbol.dispose]();
});

const file = (): string => path.join(daemon.directory, 'evs.conf');
const virtualServer = (port: number, realServer: string): string =>
  `virtual_server 10.9.9.9 ${port} {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
  ${realServer}
}
`;
const pinged = (address: string, more = ''): string =>
  `virtual_server ${address.includes(':') ? 'fd09::9' : '10.9.9.9'} 90 {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server ${address} 80 {
    PING_CHECK {
      connect_timeout 1
      retry 0
      warmup 0
      ${more}
    }
  }
}
`;
const evs = (...words: readonly string[]): string =>
  pair.left.run(
    'env',
    `EVS_RUN_DIR=${daemon.directory}`,
    process.execPath,
    'packages/evs/dist/bin/evs.js',
    ...words,
  );
const addresses = async (): Promise<string[]> =>
  (await daemon.client.services()).flatMap(({ realServers }) =>
    realServers.map(({ address, weight }) => `${address} ${weight}`),
  );
const expectAddresses = (expected: readonly string[]): Promise<void> =>
  vi.waitFor(async () => expect(await addresses()).toEqual(expected), { timeout: patient(30_000) });

test('PING_CHECK: a real server answers, falls silent, and answers again, over IPv4 and IPv6', async () => {
  writeFileSync(file(), pinged('10.9.0.2', 'bind_if eth0') + pinged('fd09::2'));
  await daemon.start('--use-file', file());
  const looks = async () =>
    (await daemon.client.checks()).virtualServers.map(
      ({ realServers: [real] }) => real?.checks[0]?.probes[0]?.reason,
    );
  await vi.waitFor(
    async () => expect(await looks()).toEqual(['answered', 'answered']),
    patient(30_000),
  );

  pair.right.run(
    'sysctl',
    '-qw',
    'net.ipv4.icmp_echo_ignore_all=1',
    'net.ipv6.icmp.echo_ignore_all=1',
  );
  await expectAddresses([]);
  await vi.waitFor(
    async () => expect(await looks()).toEqual(['no answer', 'no answer']),
    patient(30_000),
  );

  pair.right.run(
    'sysctl',
    '-qw',
    'net.ipv4.icmp_echo_ignore_all=0',
    'net.ipv6.icmp.echo_ignore_all=0',
  );
  await expectAddresses(['10.9.0.2 1', 'fd09::2 1']);
  expect(TypeCompiler.Compile(ChecksSchema).Check(await daemon.client.checks())).toBe(true);
});

test('ha_suspend: what was found stays while the address is not on this machine', async () => {
  const address = '10.9.9.9/32 dev lo';
  writeFileSync(file(), pinged('10.9.0.2').replace('lb_algo', 'ha_suspend\n  lb_algo'));
  await daemon.start('--use-file', file());
  const looks = async () => {
    const { virtualServers } = await daemon.client.checks();
    const [server] = virtualServers;
    return [server?.suspended === true, server?.realServers[0]?.checks[0]?.probes[0]?.reason];
  };
  await vi.waitFor(async () => expect(await looks()).toEqual([true, undefined]), 15_000);
  pair.left.ip(`address add ${address}`);
  await vi.waitFor(async () => expect(await looks()).toEqual([false, 'answered']), 15_000);
  pair.left.ip(`address del ${address}`);
  await vi.waitFor(async () => expect((await looks())[0]).toBe(true), 15_000);

  pair.right.run('sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_all=1');
  // Two looks would have been due.
  await new Promise((resolve) => {
    setTimeout(resolve, 3_000);
  });
  expect(await addresses()).toEqual(['10.9.0.2 1']);
  pair.left.ip(`address add ${address}`);
  await expectAddresses([]);
});

test('UDP_CHECK and DNS_CHECK go out by the device and from the address that they name', async () => {
  pair.left.ip('address add 10.9.0.7/24 dev eth0');
  // Routed elsewhere: only who is bound to the device gets there.
  pair.left.ip('link add other type veth peer name other2');
  pair.left.ip('link set other up');
  pair.left.ip('link set other2 up');
  pair.left.ip('route add 10.9.0.2/32 dev other');
  const check = (kind: string): string => `real_server 10.9.0.2 53 {
    ${kind} {
      bind_if eth0
      bindto 10.9.0.7
      connect_timeout 1
      warmup 0
    }
  }`;
  const frames: string[] = [];
  using _ = withNetworkNamespace(pair.right.path, () =>
    capture(pair.right.ifindex('eth0'), (bytes) => {
      const frame = Buffer.from(bytes);
      const isUdp = frame.readUInt16BE(12) === 0x0800 && frame[23] === 17;
      if (isUdp) frames.push(`${frame.subarray(26, 30).join('.')} ${frame.length}`);
    }),
  );
  writeFileSync(
    file(),
    virtualServer(80, check('UDP_CHECK')) + virtualServer(81, check('DNS_CHECK')),
  );
  await daemon.start('--use-file', file());

  // 14 + 20 + 8 bytes of headers before keepalived's 32 bytes, and before a question about the root.
  await vi.waitFor(() => {
    expect(frames).toContain(`10.9.0.7 ${42 + 32}`);
    expect(frames).toContain(`10.9.0.7 ${42 + 17}`);
  }, 20_000);
});

test('lvs_flush, lvs_timeouts and lvs_flush_on_stop: the table begins and ends as the file says', async () => {
  await daemon.start();
  const key = { kind: 'address', protocol: 'tcp', address: '10.9.9.9', port: 70 } as const;
  const service = { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false } as const;
  await daemon.client.execute([{ kind: 'addService', service }]);
  await daemon.kill('SIGTERM');
  const global = 'global_defs {\n  lvs_flush\n  lvs_timeouts tcp 77\n  lvs_flush_on_stop\n}\n';
  writeFileSync(file(), global + virtualServer(80, 'real_server 10.9.0.2 80 {\n}'));
  await daemon.start('--use-file', file());

  expect((await daemon.client.services()).map((one) => one.key)).toEqual([{ ...key, port: 80 }]);
  expect((await daemon.client.timeouts()).tcp).toBe(77);
  await daemon.kill('SIGTERM');
  await daemon.start();
  expect(await daemon.client.services()).toEqual([]);
});

test('SIGHUP and evs apply change what changed; a bad file changes nothing', async () => {
  const one = virtualServer(80, 'real_server 10.9.0.2 80 {\n}');
  writeFileSync(file(), one);
  await daemon.start('--use-file', file());
  expect(await addresses()).toEqual(['10.9.0.2 1']);

  writeFileSync(file(), one + virtualServer(81, 'real_server 10.9.0.3 80 {\n}'));
  expect(evs('plan', file())).toBe(
    'add service tcp 10.9.9.9:81\nadd real server 10.9.0.3:80 to tcp 10.9.9.9:81\n' +
      'take over quorum, sorry server, programs and mail of [10.9.9.9]:tcp:81\n',
  );
  expect(await addresses()).toEqual(['10.9.0.2 1']);
  process.kill(daemon.pid, 'SIGHUP');
  await expectAddresses(['10.9.0.2 1', '10.9.0.3 1']);

  writeFileSync(file(), `${one}virtual_server 10.9.9.9 81 {\n  lb_algo\n}\n`);
  process.kill(daemon.pid, 'SIGHUP');
  await vi.waitFor(
    () => expect(daemon.words).toContain('The configuration stays as it was'),
    patient(30_000),
  );
  expect(() => evs('apply', file())).toThrow(/evs\.conf:10/);
  expect(await addresses()).toEqual(['10.9.0.2 1', '10.9.0.3 1']);

  writeFileSync(file(), one.replace('80 {\n}', '80 {\n  weight 4\n}'));
  expect(evs('apply', file())).toContain('change real server 10.9.0.2:80 of tcp 10.9.9.9:80');
  expect(await addresses()).toEqual(['10.9.0.2 4']);
  expect(evs('apply', file())).toBe('Nothing changes\n');
  expect(evs('checks')).toContain('[10.9.0.2]:tcp:80  up, weight 4\n    not checked\n');
});

test('mails about a real server and a virtual router reach a mail server, and programs and pipes are told', async () => {
  const command = [
    process.execPath,
    '--import',
    'tsx',
    `${import.meta.dirname}/mail-server.ts`,
    '25',
  ];
  const server = spawn('ip', ['netns', 'exec', pair.right.name, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let mails = '';
  try {
    await firstLine(server);
    server.stdout.on('data', (text: Buffer) => (mails += text.toString()));
    const [said, pipe] = ['said', 'pipe'].map((name) => path.join(daemon.directory, name));
    writeFileSync(
      file(),
      `global_defs {
  router_id LVS_YSY
  notification_email {
    acassen@firewall.loc
    failover@firewall.loc
  }
  notification_email_from Alexandre.Cassen@firewall.loc
  smtp_server 10.9.0.2
  smtp_connect_timeout 30
  lvs_notify_fifo ${pipe}
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  smtp_alert
  virtual_ipaddress {
    10.9.0.100
  }
}
` +
        virtualServer(
          80,
          `quorum_down "/bin/touch ${said}"
  real_server 10.9.0.2 9 {
    TCP_CHECK {
      connect_timeout 1
      warmup 0
    }
  }`,
        ),
    );
    execFileSync('mkfifo', [pipe ?? '']);
    const reader = openSync(pipe ?? '', constants.O_RDWR | constants.O_NONBLOCK);
    await daemon.start('--use-file', file());
    await vi.waitFor(() => {
      expect(mails).toContain('[LVS_YSY] VRRP Instance VI_1 - Entering MASTER state');
      expect(mails).toContain(
        '[LVS_YSY] Realserver [10.9.0.2]:tcp:9 of virtual server [10.9.9.9]:tcp:80 - DOWN',
      );
      expect(mails).toContain('=> TCP CHECK failed on service <=');
      expect(existsSync(said ?? '')).toBe(true);
    }, patient(30_000));
    const lines = Buffer.alloc(1000);
    expect(lines.toString('latin1', 0, readSync(reader, lines))).toBe(
      'VS [10.9.9.9]:tcp:80 UP\nRS [10.9.0.2]:tcp:9 [10.9.9.9]:tcp:80 DOWN\nVS [10.9.9.9]:tcp:80 DOWN\n',
    );
    closeSync(reader);
  } finally {
    server.kill('SIGKILL');
  }
});
