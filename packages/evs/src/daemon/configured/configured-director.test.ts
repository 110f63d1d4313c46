import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { filesInMemory, readConfiguration, type Configuration } from '../../config/index.ts';
import {
  applyCommand,
  initialState,
  type Command,
  type DirectorState,
} from '../../director/index.ts';
import { silentLog } from '../fakes.ts';
import { ConfiguredDirector } from './configured-director.ts';

let state: DirectorState;
/** What the director was asked for, by kind. */
let asked: string[];
let director: ConfiguredDirector;
const servers: Server[] = [];
beforeEach(() => {
  state = initialState;
  asked = [];
  const carryOut = (commands: readonly Command[]): void => {
    const withMtu = commands.map((command) =>
      command.kind === 'startDaemon' ? { ...command, mtu: 1500 } : command,
    );
    state = withMtu.reduce(applyCommand, state);
    asked.push(...commands.map(({ kind }) => kind));
  };
  director = new ConfiguredDirector({
    control: {
      current: () => state,
      execute: (commands) => {
        carryOut(commands);
        return true;
      },
      executeAll: carryOut,
      synchronisation: () => ({ authenticated: false }),
    },
    log: silentLog,
    random: () => 0,
  });
});
afterEach(() => {
  director[Symbol.dispose]();
  for (const server of servers.splice(0)) server.close();
});

function read(text: string): Configuration {
  const { configuration, diagnostics } = readConfiguration('/k.conf', {
    files: filesInMemory({ '/k.conf': text }),
  });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return configuration;
}
const virtualServer = (body: string, port = 80): string =>
  `virtual_server 10.0.0.1 ${port} {\n  delay_loop 1\n  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${body}\n}\n`;
const keep = (text: string): readonly string[] => director.apply(read(text));

const realServers = (): string[] =>
  state.services.flatMap((service) =>
    service.realServers.map(({ address, port, weight }) => `${address}:${port} ${weight}`),
  );
const expectRealServers = (expected: readonly string[]): Promise<void> =>
  vi.waitFor(
    () => {
      expect(realServers()).toEqual(expected);
    },
    { timeout: 10_000 },
  );

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

const checked = (port: number, address = '127.0.0.1', more = ''): string =>
  `real_server ${address} ${port} {\n  weight 2\n${more}\n  TCP_CHECK {\n    connect_timeout 1\n    retry 0\n    warmup 0\n  }\n}`;

test('a real server is there from the start, leaves when its check fails, and comes back', async () => {
  const { server, port } = await listening();
  keep(virtualServer(checked(port)));
  expect(realServers()).toEqual([`127.0.0.1:${port} 2`]);

  server.close();
  await expectRealServers([]);
  server.listen(port, '127.0.0.1');
  await expectRealServers([`127.0.0.1:${port} 2`]);
});

test('inhibited, it stays with weight 0', async () => {
  const { server, port } = await listening();
  server.close();
  keep(virtualServer(checked(port, '127.0.0.1', 'inhibit_on_failure')));

  await expectRealServers([`127.0.0.1:${port} 0`]);
});

test('without a quorum the sorry server takes the place of those that are left', async () => {
  const [one, two] = [await listening(), await listening()];
  two.server.close();
  keep(
    virtualServer(`quorum 3\nsorry_server 10.0.0.9 90\n${checked(one.port)}\n${checked(two.port)}`),
  );

  await expectRealServers(['10.0.0.9:90 1']);
});

test('a program sets the weight', async () => {
  keep(
    virtualServer(
      'real_server 10.0.0.2 80 {\n  weight 1\n  MISC_CHECK {\n    misc_path "/bin/sh -c \'exit 12\'"\n    misc_dynamic\n    warmup 0\n  }\n}',
    ),
  );

  await expectRealServers(['10.0.0.2:80 10']);
});

test('a real server without checkers stays', () => {
  keep(virtualServer('real_server 10.0.0.2 80 {\n  weight 1\n}'));

  expect(realServers()).toEqual(['10.0.0.2:80 1']);
});

test('alpha: a real server comes with its first success', async () => {
  const { port } = await listening();
  keep(virtualServer(checked(port, '127.0.0.1', 'alpha')));
  expect(realServers()).toEqual([]);

  await expectRealServers([`127.0.0.1:${port} 2`]);
});

test('the number in a tracked file is added to the weight, and one with factor 0 takes the server down', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'evs-track-'));
  const [factor, fault] = [path.join(folder, 'factor'), path.join(folder, 'fault')];
  try {
    keep(
      `track_file factor {\n  file ${factor}\n}\ntrack_file fault {\n  file ${fault}\n  weight 0\n}\n` +
        virtualServer(
          'real_server 10.0.0.2 80 {\n  weight 5\n  FILE_CHECK {\n    track_file factor\n    weight 2\n  }\n  FILE_CHECK {\n    track_file fault\n  }\n}',
        ),
    );
    expect(realServers()).toEqual(['10.0.0.2:80 5']);
    writeFileSync(factor, '3\n');
    await expectRealServers(['10.0.0.2:80 11']);
    writeFileSync(factor, '-100\n');
    await expectRealServers(['10.0.0.2:80 0']);
    writeFileSync(fault, '1\n');
    await expectRealServers([]);
    rmSync(fault);
    rmSync(factor);
    await expectRealServers(['10.0.0.2:80 5']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('checks are listed with reason, time and duration', async () => {
  const { server, port } = await listening();
  keep(virtualServer(checked(port)));
  await vi.waitFor(() => {
    expect(probes()).toMatchObject([{ ok: true, reason: 'connected' }]);
  }, 10_000);
  server.close();
  await expectRealServers([]);

  expect(director.checks()).toMatchObject({
    virtualServers: [
      {
        label: '[10.0.0.1]:tcp:80',
        quorum: 1,
        hasQuorum: false,
        weight: 0,
        realServers: [{ label: `[127.0.0.1]:tcp:${port}`, up: false, weight: 2 }],
      },
    ],
  });
  const [last] = probes();
  expect(last).toMatchObject({ ok: false, reason: 'connection refused', change: 'down' });
  expect(Date.parse(last?.at ?? '')).toBeGreaterThan(Date.now() - 20_000);
});

const probes = () => director.checks().virtualServers[0]?.realServers[0]?.checks[0]?.probes ?? [];

test('a reload leaves alone what did not change: no command, and what checks know stays', async () => {
  const [one, two] = [await listening(), await listening()];
  two.server.close();
  const other = (weight: number) =>
    virtualServer(`real_server 10.0.0.3 80 {\n  weight ${weight}\n}`, 81);
  const text = virtualServer(checked(one.port) + checked(two.port));
  keep(text + other(1));
  await expectRealServers([`127.0.0.1:${one.port} 2`, '10.0.0.3:80 1']);
  const known = probes();
  asked = [];

  expect(keep(text + other(1))).toEqual([]);
  expect(keep(text + other(7))).toEqual([
    'change real server 10.0.0.3:80 of tcp 10.0.0.1:81; its connections stay',
  ]);
  expect(asked).toEqual(['editRealServer']);
  expect(realServers()).toEqual([`127.0.0.1:${one.port} 2`, '10.0.0.3:80 7']);
  expect(probes()).toEqual(expect.arrayContaining(known.slice(-1)));
});

test('a real server that is down stays down over a change of its check’s times, and of its weight', async () => {
  const { server, port } = await listening();
  server.close();
  keep(virtualServer(checked(port)));
  await expectRealServers([]);
  const known = probes();

  keep(virtualServer(checked(port)).replace('retry 0', 'retry 1').replace('weight 2', 'weight 9'));

  expect(realServers()).toEqual([]);
  expect(probes()).toEqual(known);
  server.listen(port, '127.0.0.1');
  await expectRealServers([`127.0.0.1:${port} 9`]);
});

test('a check that asks something else begins anew, and its server counts as well until then', async () => {
  const { server, port } = await listening();
  server.close();
  keep(virtualServer(checked(port)));
  await expectRealServers([]);

  keep(virtualServer(checked(port)).replace('retry 0', 'connect_port 1'));

  expect(realServers()).toEqual([`127.0.0.1:${port} 2`]);
});

test('a virtual server that is gone goes with its services, and its checks end', async () => {
  const { port } = await listening();
  keep(virtualServer(checked(port)) + virtualServer(checked(port), 81));

  expect(keep(virtualServer(checked(port)))).toEqual([
    `end TCP_CHECK of [127.0.0.1]:tcp:${port} for [10.0.0.1]:tcp:81`,
    'delete service tcp 10.0.0.1:81 with its real servers',
  ]);
  expect(state.services.map(({ key }) => key)).toMatchObject([{ port: 80 }]);
  expect(director.checks().virtualServers).toHaveLength(1);
});

test('a service that the director refuses leaves all as it was', async () => {
  const { port } = await listening();
  const text = virtualServer(checked(port));
  keep(text);
  const before = state;
  const refused = read(text + virtualServer('real_server 10.0.0.2 80 {\n}', 81));
  const [first, second] = refused.virtualServers;
  if (first === undefined || second === undefined) throw new Error('There are two');
  const impossible = {
    ...second,
    realServers: second.realServers.map((one) => ({ ...one, weight: -1 })),
  };

  expect(() => director.apply({ ...refused, virtualServers: [first, impossible] })).toThrow(
    /weight/i,
  );

  expect(state).toBe(before);
  expect(director.checks().virtualServers).toHaveLength(1);
  expect(director.plan(read(text))).toEqual([]);
});

test('two virtual servers of one address are one: the second one’s real servers join the first', () => {
  const one = (host: number) => virtualServer(`real_server 10.0.0.${host} 80 {\n}`);
  keep(one(2) + one(3) + one(2));

  expect(realServers()).toEqual(['10.0.0.3:80 1', '10.0.0.2:80 1']);
});

test('every address of a group is a service, and a mark, too', async () => {
  const { server, port } = await listening();
  const group = 'virtual_server_group G {\n  10.0.1.1-2 80\n  fwmark 7\n}\n';
  keep(group + virtualServer(checked(port)).replace('10.0.0.1 80', 'group G'));
  expect(state.services.map(({ key }) => key)).toMatchObject([
    { address: '10.0.1.1' },
    { address: '10.0.1.2' },
    { mark: 7 },
  ]);

  server.close();
  await expectRealServers([]);
});

test('connections are synchronised from the start to the handover', async () => {
  keep('global_defs {\n  lvs_sync_daemon lo\n}');
  expect(state.synchronisation?.map(({ role }) => role)).toEqual(['master', 'backup']);

  await director.handOver();
  expect(state.synchronisation).toEqual([]);
});
