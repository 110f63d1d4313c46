import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataPlane } from '../../src/dataplane/index.ts';
import { mountBpfFileSystem, withNetworkNamespace } from '../../src/linux/index.ts';
import {
  addServer,
  addService,
  deleteServer,
  realServer,
  serviceKey,
} from '../fixtures/test-director.ts';
import { run } from './network.ts';
import { HeldConnection, TrafficNetwork } from './traffic-network.ts';

const root = mkdtempSync(path.join(tmpdir(), 'evs-life-'));
const pins = path.join(root, 'bpf');

const network = new TrafficNetwork();

beforeAll(async () => {
  mountBpfFileSystem(pins);
  await network.serve();
});
afterAll(() => {
  network[Symbol.dispose]();
  run('umount', pins);
  rmSync(root, { recursive: true });
});

/** Another data plane in the place of the last test's. */
function begin(pinned?: string): string {
  const pinDirectory = path.join(pins, pinned ?? '');
  network.replacePlane(pinned === undefined ? {} : { pinDirectory });
  return pinDirectory;
}

const other = { address: '10.7.0.100', port: 9999 };

describe('a change of what the programs must do', () => {
  test('keeps connections, when it grows and when it shrinks', async () => {
    begin();
    network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc' });
    await using connection = new HeldConnection(network, 'ipv4');
    const before = await connection.ask();

    // Another family, another method, another scheduler, thresholds.
    const sixth = serviceKey({ address: network.vip('ipv6'), port: 9999 });
    const tunnel = realServer({ address: 'fd00:7::11', port: 9999 }, 'tunneling', {
      upperThreshold: 5,
    });
    network.apply(addService(sixth, 'wlc'), addServer(sixth, tunnel));
    const grown = await connection.ask();
    network.apply({ kind: 'deleteService', key: sixth });
    const shrunk = await connection.ask();

    expect(before).toEqual({
      answer: expect.stringMatching(/^rs[12]$/),
      port: expect.any(Number),
    });
    expect([grown, shrunk]).toEqual([before, before]);
    expect(new Set([network.request('ipv4'), network.request('ipv4')])).toEqual(
      new Set(['rs1', 'rs2']),
    );
  });

  test('from one hook to another keeps connections', async () => {
    begin();
    network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'tc' });
    await using connection = new HeldConnection(network, 'ipv4');
    const before = await connection.ask();

    network.attach('xdp-generic');
    const atXdp = await connection.ask();
    network.attach('tc');
    const back = await connection.ask();

    expect([atXdp, back]).toEqual([before, before]);
  });
});

describe('a data plane with pins', () => {
  test('goes on without its process, and is taken over by the next', async () => {
    const pinDirectory = begin('adopted');
    network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc' });
    await using connection = new HeldConnection(network, 'ipv4');
    const before = await connection.ask();
    const status = network.plane.status();
    network.plane[Symbol.dispose]();

    const alone = await connection.ask();
    network.plane = DataPlane.open({ pinDirectory });
    network.publish();
    network.attach('tc');
    const taken = await connection.ask();

    expect([alone, taken]).toEqual([before, before]);
    const counted = (all: typeof status): number[] =>
      all.services.map((service) => service.status.counters.connections);
    expect(counted(network.plane.status())).toEqual(counted(status));
    expect(listed(network.plane)).toContain('ESTABLISHED');
    expect(network.plane.sweep().visited).toBe([...network.plane.connections()].length);
  });

  test('leaves nothing when it is destroyed', () => {
    const pinDirectory = begin('destroyed');
    network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'xdp-generic' });
    expect(readdirSync(pinDirectory)).toContain('connections4');
    expect(network.director.run('ip', 'link', 'show', 'dev', 'eth0')).toContain('xdp');

    withNetworkNamespace(network.director.path, () => network.plane.destroy());

    expect(existsSync(pinDirectory)).toBe(false);
    expect(network.director.run('ip', 'link', 'show', 'dev', 'eth0')).not.toContain('xdp');
    expect(network.director.run('bpftool', 'net', 'show')).not.toMatch(/evs_director|tcx/);
  });

  test('can be destroyed by a process that has just found it', () => {
    const pinDirectory = begin('found');
    network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'tc' });
    network.plane[Symbol.dispose]();

    withNetworkNamespace(network.director.path, () => DataPlane.open({ pinDirectory }).destroy());

    expect(existsSync(pinDirectory)).toBe(false);
    expect(network.director.run('bpftool', 'net', 'show')).not.toMatch(/evs_director|tcx/);
  });
});

describe('the first packet to a real server whose MAC address is unknown', () => {
  test.each(['tc', 'xdp-generic'] as const)('is not lost: %s', (hook) => {
    begin();
    for (const family of ['ipv4', 'ipv6'] as const) {
      network.balance({ family, method: 'masquerading', hook });
      network.resolve(family, false);
      network.director.ip('neigh flush all');

      // Nobody sends a lost datagram again.
      expect(network.echo(family, 'first')).toMatch(/^rs[12] first$/);
    }
  });
});

describe('an expired connection', () => {
  test('is removed by a sweep in the kernel, and its counts with it', () => {
    begin();
    network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc' });
    network.apply({ kind: 'setTimeouts', timeouts: { tcp: 1, tcpFin: 1, udp: 1 } });
    network.echo('ipv4', 'once');
    expect(listed(network.plane)).toEqual(['UDP']);
    expect(network.plane.sweep()).toEqual({ visited: 1, expired: 0 });

    network.director.run('sleep', '1.3');

    expect(network.plane.sweep()).toEqual({ visited: 1, expired: 1 });
    expect(network.plane.sweep()).toEqual({ visited: 0, expired: 0 });
    expect(listed(network.plane)).toEqual([]);
    const counts = network.plane
      .status()
      .services.flatMap(({ realServers }) => realServers.map(({ status }) => status));
    expect(counts.every((each) => each.inactiveConnections === 0)).toBe(true);
  });
});

describe('a service that is deleted', () => {
  test('leaves its VIP to the host', () => {
    begin();
    network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'tc' });
    network.apply({ kind: 'clear' });

    expect(() => network.request('ipv4')).toThrow('onnect');
  });

  test('and the last one takes no other traffic with it', () => {
    begin();
    network.balance({ family: 'ipv4', method: 'gatewaying', hook: 'tc' });
    network.apply(addService(serviceKey(other)));
    network.apply(
      deleteServer(serviceKey({ address: '10.7.0.100', port: 8080 }), {
        address: '10.7.0.11',
        port: 8080,
      }),
    );

    expect([1, 2, 3].map(() => network.request('ipv4'))).toEqual(['rs2', 'rs2', 'rs2']);
    expect(network.client.reaches('10.7.0.100')).toBe(true);
  });
});

const listed = (plane: DataPlane): string[] => [...plane.connections()].map(({ state }) => state);
