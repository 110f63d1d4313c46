import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { filesInMemory, readConfiguration, type VirtualServer } from '../../config/index.ts';
import { applyCommand, initialState, type DirectorState } from '../../director/index.ts';
import { silentLog } from '../fakes.ts';
import { ServiceKeeper } from './service-keeper.ts';

let state: DirectorState = initialState;
let keeper: ServiceKeeper | undefined;
const servers: Server[] = [];
afterEach(() => {
  keeper?.[Symbol.dispose]();
  for (const server of servers.splice(0)) server.close();
  state = initialState;
});

/** The only virtual server of a configuration. */
function virtualServer(body: string): VirtualServer {
  const text = `virtual_server 10.0.0.1 80 {\n  delay_loop 1\n  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${body}\n}\n`;
  const { configuration, diagnostics } = readConfiguration('/k.conf', {
    files: filesInMemory({ '/k.conf': text }),
  });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [only] = configuration.virtualServers;
  if (only === undefined) throw new Error('There is no virtual server');
  return only;
}

function keep(server: VirtualServer): void {
  keeper = new ServiceKeeper(server, {
    current: () => state,
    execute: (commands) => {
      state = commands.reduce(applyCommand, state);
    },
    log: silentLog,
    random: () => 0,
  });
  keeper.start();
}

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
