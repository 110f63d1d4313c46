import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrafficNetwork } from './traffic-network.ts';

const families = ['ipv4', 'ipv6'] as const;
const methods = ['masquerading', 'gatewaying', 'tunneling'] as const;
const hooks = ['tc', 'xdp-generic', 'xdp-native'] as const;
/** XDP in native mode comes last: it needs a switch that would slow the others down. */
const situations = hooks.flatMap((hook) =>
  (hook === 'tc' ? [false, true] : [false]).flatMap((peer) =>
    families.flatMap((family) => methods.map((method) => ({ family, method, hook, peer }))),
  ),
);

const megabyte = 1 << 20;
const directory = mkdtempSync(path.join(tmpdir(), 'evs-traffic-'));
const upload = path.join(directory, 'upload');
const content = randomBytes(4 * megabyte);
const digest = createHash('sha256').update(content).digest('hex');

const network = new TrafficNetwork();
beforeAll(async () => {
  writeFileSync(upload, content);
  await network.serve();
});
afterAll(() => {
  network[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

test.each([
  { peer: false, by: 'the director’s own device' },
  { peer: true, by: 'nobody: the other end receives them' },
])('packets are sent by $by', ({ peer }) => {
  network.balance({ family: 'ipv4', method: 'masquerading', hook: 'tc', peer });
  const before = network.sentByDevice();

  network.request('ipv4');

  // Neighbours may be asked for at any time; a request is five packets and more, both ways.
  expect(network.sentByDevice() - before < 5).toBe(peer);
});

describe.each(situations)('$method over $family at $hook, by the peer: $peer', (situation) => {
  const { family, method, hook, peer } = situation;
  beforeAll(() => {
    if (hook === 'xdp-native') network.allowNativeXdp();
    network.balance({ family, method, hook, peer });
  });

  test('requests alternate between the real servers', () => {
    const answers = [1, 2, 3, 4].map(() => network.request(family));

    expect(answers.map((answer) => (answer === answers[0] ? 'one' : 'other'))).toEqual([
      'one',
      'other',
      'one',
      'other',
    ]);
    expect(new Set(answers)).toEqual(new Set(['rs1', 'rs2']));
  });

  test('a large download arrives whole', () => {
    const size = network.request(family, `/bytes/${4 * megabyte}`, {
      words: ['-o', '/dev/null', '-w', '%{size_download}'],
    });

    expect(size).toBe(String(4 * megabyte));
  });

  test('a large upload arrives whole', () => {
    const told = network.request(family, '/', { words: ['--data-binary', `@${upload}`] });

    expect(told).toBe(`${content.length} ${digest}`);
  });

  test('UDP datagrams come back', () => {
    const answers = ['hello', 'world'].map((word) => network.echo(family, word));

    expect(answers.toSorted()).toEqual(
      answers[0]?.startsWith('rs1') === true
        ? ['rs1 hello', 'rs2 world']
        : ['rs1 world', 'rs2 hello'],
    );
  });

  test('a client on the director is balanced, too', () => {
    const from = network.director;
    const answers = [1, 2].map(() => network.request(family, '/', { from }));

    expect(new Set(answers)).toEqual(new Set(['rs1', 'rs2']));
    expect(network.echo(family, 'local', from)).toMatch(/^rs[12] local$/);
  });

  test('no checksum was wrong', () => {
    expect(network.wrongChecksums()).toBe(0);
  });
});

describe('a service in a VLAN', () => {
  let hasVlan = false;
  beforeAll(() => {
    hasVlan = network.addVlan(42);
  });

  test.for(['tc', 'xdp-generic'] as const)(
    'is balanced by the device of the VLAN, whatever hook the one below has: %s',
    (hook, { skip }) => {
      skip(!hasVlan, 'this kernel has no VLAN devices');
      network.balance({ family: 'ipv4', method: 'gatewaying', hook });
      const url = network.balanceVlan(42);

      const answers = [1, 2, 3].map(() => network.client.run('curl', '-sS', '-m', '5', url));

      expect(new Set(answers)).toEqual(new Set(['rs1', 'rs2']));
      expect(network.wrongChecksums()).toBe(0);
    },
  );
});
