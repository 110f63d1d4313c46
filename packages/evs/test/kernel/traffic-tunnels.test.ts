import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AddressFamily, Tunnel } from '../../src/director/index.ts';
import { TrafficNetwork, type Balanced } from './traffic-network.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'evs-tunnels-'));
const upload = path.join(directory, 'upload');
const content = randomBytes(1 << 20);
const received = `${content.length} ${createHash('sha256').update(content).digest('hex')}`;

const network = new TrafficNetwork();
beforeAll(async () => {
  writeFileSync(upload, content);
  await network.serve();
});
afterAll(() => {
  network[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

const send = (family: AddressFamily): string =>
  network.request(family, '/', { words: ['--data-binary', `@${upload}`] });

const gue = (checksum: Tunnel['checksum']): Tunnel => ({ type: 'gue', port: 6080, checksum });
const gre = (checksum: Tunnel['checksum']): Tunnel => ({ type: 'gre', port: 0, checksum });
const ipip: Tunnel = { type: 'ipip', port: 0, checksum: 'none' };

describe.each<readonly [AddressFamily, Tunnel, AddressFamily, Balanced['hook']]>([
  ['ipv4', gue('none'), 'ipv4', 'tc'],
  ['ipv4', gue('checksum'), 'ipv4', 'tc'],
  ['ipv4', gue('remote'), 'ipv4', 'xdp-generic'],
  ['ipv4', gre('none'), 'ipv4', 'tc'],
  ['ipv4', gre('checksum'), 'ipv4', 'tc'],
  ['ipv6', gue('checksum'), 'ipv6', 'tc'],
  ['ipv6', gre('none'), 'ipv4', 'tc'],
  ['ipv4', gue('none'), 'ipv6', 'tc'],
  ['ipv4', ipip, 'ipv6', 'xdp-generic'],
  ['ipv6', ipip, 'ipv4', 'tc'],
])('%s in %o over %s at %s', (family, tunnel, outer, hook) => {
  beforeAll(() => {
    network.replacePlane({});
    network.balance({ family, method: 'tunneling', hook, tunnel, outer });
  });

  test('requests, uploads and datagrams arrive', () => {
    const answers = [1, 2].map(() => network.request(family));

    expect(new Set(answers)).toEqual(new Set(['rs1', 'rs2']));
    expect(send(family)).toBe(received);
    expect(network.echo(family, 'hello')).toMatch(/^rs[12] hello$/);
    expect(network.wrongChecksums()).toBe(0);
  });
});

describe.each<readonly [Balanced['method'], AddressFamily, Balanced['hook']]>([
  ['masquerading', 'ipv4', 'tc'],
  ['gatewaying', 'ipv4', 'xdp-generic'],
  ['tunneling', 'ipv4', 'tc'],
  ['masquerading', 'ipv6', 'xdp-generic'],
  ['gatewaying', 'ipv6', 'tc'],
  ['tunneling', 'ipv6', 'tc'],
])('a way of 1400 bytes by %s over %s at %s', (method, family, hook) => {
  beforeAll(() => {
    network.replacePlane({});
    network.balance({ family, method, hook, mtu: 1400 });
  });

  test('an upload goes through: the client learns to send less', () => {
    expect(send(family)).toBe(received);

    const overhead = method !== 'tunneling' ? 0 : family === 'ipv4' ? 20 : 40;
    const route = network.client.ip(`route get ${network.vip(family)}`);
    expect(route).toContain(`mtu ${1400 - overhead} `);
    network.client.ip(`${family === 'ipv6' ? '-6 ' : ''}route flush cache`);
  });
});
