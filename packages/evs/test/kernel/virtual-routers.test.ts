import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { capture, withNetworkNamespace } from '../../src/linux/index.ts';
import { vrrpInstance } from '../interop/keepalived.ts';
import { OurRouters } from '../interop/our-routers.ts';
import { TestPair } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

const vip = '10.9.0.100';
let pair: TestPair;
let ours: OurRouters;
let folder: string;
beforeAll(() => {
  buildPrograms();
});
beforeEach(() => {
  pair = new TestPair();
  ours = new OurRouters(pair.left);
  folder = mkdtempSync(path.join(tmpdir(), 'evs-routers-'));
});
afterEach(async () => {
  await ours.remove();
  pair[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: patient(20_000), interval: 50 });
const quick = { version: '3', advert_int: '0.2', priority: '100' };
const instance = (rest = '', changes: Readonly<Record<string, string>> = {}): string =>
  vrrpInstance({ ...quick, ...changes }, rest);
const second = (): string =>
  vrrpInstance({ ...quick, virtual_router_id: '52' }, '', ['10.9.0.101/24'], 'VI_2');
const addresses = (): string => pair.left.ip('address show dev eth0');
const expectState = (state: string, priority: number, name = 'VI_1'): Promise<void> =>
  eventually(async () => {
    const { routers } = await ours.client.virtualRouters();
    expect(routers.find((router) => router.name === name)).toMatchObject({ state, priority });
  });
const holding = (address = vip): Promise<void> =>
  eventually(() => {
    expect(addresses()).toContain(` ${address}/`);
  });
const notHolding = (address = vip): Promise<void> =>
  eventually(() => {
    expect(addresses()).not.toContain(` ${address}/`);
  });

describe('a reload', () => {
  /** Number, priority and addresses of each advertisement that came out of the cable. */
  async function listening(act: (sent: readonly string[]) => Promise<void>): Promise<void> {
    const sent: string[] = [];
    using _ = withNetworkNamespace(pair.right.path, () =>
      capture(pair.right.ifindex('eth0'), (bytes) => {
        const frame = Buffer.from(bytes);
        if (frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 112) return;
        sent.push(`${frame[35]} ${frame[36]} ${frame.toString('hex', 42)}`);
      }),
    );
    await act(sent);
  }
  /** What happens to addresses, as the kernel tells. */
  function addressChanges(): { readonly words: () => string; end(): void } {
    const monitor = spawn('ip', ['-n', pair.left.name, 'monitor', 'address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let words = '';
    monitor.stdout.on('data', (text: Buffer) => (words += text.toString()));
    return { words: () => words, end: () => void monitor.kill('SIGKILL') };
  }

  test('with another router leaves the first one alone; without it that one says goodbye', async () => {
    await ours.start(instance());
    await holding();
    const changes = addressChanges();
    try {
      await listening(async (sent) => {
        ours.reload(instance() + second());
        await holding('10.9.0.101');
        ours.reload(instance());
        await notHolding('10.9.0.101');
        const before = sent.length;
        await eventually(() => {
          expect(sent.length).toBeGreaterThan(before + 3);
        });

        expect(sent).toContain('52 0 0a090065');
        expect(new Set(sent.filter((one) => one.startsWith('51')))).toEqual(
          new Set(['51 100 0a090064']),
        );
      });
      expect(changes.words()).toContain('10.9.0.101');
      expect(changes.words()).not.toContain(vip);
    } finally {
      changes.end();
    }
    expect(ours.told('VI_1')).toEqual(['BACKUP', 'MASTER']);
    expect(ours.told('VI_2')).toEqual(['BACKUP', 'MASTER', 'DELETED']);
  });

  test('with other settings keeps the state, moves what changed, and says so at once', async () => {
    await ours.start(instance());
    await holding();
    const other = vrrpInstance({ ...quick, priority: '90' }, '', [`${vip}/24`, '10.9.0.102/24']);
    await listening(async (sent) => {
      ours.reload(other.replace('VI_1', 'VI_renamed'));
      await holding('10.9.0.102');
      await eventually(() => {
        expect(sent.at(-1)).toBe('51 90 0a0900640a090066');
      });
      expect(sent.filter((one) => one.startsWith('51 0 '))).toEqual([]);
    });
    expect(addresses()).toContain(` ${vip}/`);
    expect(ours.told().filter((state) => state !== 'MASTER_PRIORITY')).toEqual([
      'BACKUP',
      'MASTER',
    ]);
  });

  test('with a bad file changes nothing', async () => {
    await ours.start(instance());
    await holding();
    ours.reload(instance('', { priority: '256' }));
    await eventually(() => {
      expect(ours.words).toContain('The configuration stays as it was');
    });

    await expectState('active', 100);
    expect(ours.told()).toEqual(['BACKUP', 'MASTER']);
  });
});

test('programs and pipes are told of routers and groups from start to end', async () => {
  const [said, program, all, own] = ['said', 'program', 'all', 'own'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${said}\n`);
  chmodSync(program, 0o755);
  const global = `global_defs {\n  notify_fifo ${all}\n  vrrp_notify_fifo ${own}\n  vrrp_notify_fifo_script ${program}\n}\n`;
  const notify = `  notify ${program}\n  notify_master "${program} own words"`;
  const group = `vrrp_sync_group G1 {\n  group {\n    VI_1\n    VI_2\n  }\n}\n`;
  await ours.start(global + instance(notify) + second() + group);
  await eventually(() => {
    expect([all, own].every((pipe) => existsSync(pipe))).toBe(true);
  });
  const readers = [all, own].map((pipe) =>
    openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK),
  );
  await holding();
  await eventually(() => {
    expect(readFileSync(said, 'utf8')).toContain('MASTER');
  });
  await ours.end('SIGTERM');

  const [every, routers] = readers.map((fd) => {
    const bytes = Buffer.alloc(4_000);
    const text = bytes.toString('latin1', 0, readSync(fd, bytes));
    closeSync(fd);
    return text;
  });
  const lines = every?.trimEnd().split('\n') ?? [];
  const of = (name: string): string[] => lines.filter((line) => line.includes(`"${name}"`));
  expect(of('VI_1')).toEqual(
    ['BACKUP', 'MASTER', 'STOP'].map((state) => `INSTANCE "VI_1" ${state} 100`),
  );
  expect(of('G1')).toEqual(['BACKUP', 'MASTER', 'STOP'].map((state) => `GROUP "G1" ${state} 0`));
  expect(routers).toBe(every);
  expect([all, own].filter((pipe) => existsSync(pipe))).toEqual([]);
  await eventually(() => {
    expect(readFileSync(said, 'utf8').trimEnd().split('\n').toSorted()).toEqual(
      [
        own,
        'INSTANCE VI_1 BACKUP 100',
        'INSTANCE VI_1 MASTER 100',
        'INSTANCE VI_1 STOP 100',
        'own words',
      ].toSorted(),
    );
  });
});

test('static addresses, routes and rules are there from start to stop, and follow a reload', async () => {
  const statics = (last: number): string => `static_ipaddress {
  10.7.0.${last}/24 dev eth0
}
static_routes {
  10.6.${last}.0/24 via 10.9.0.2 dev eth0
}
static_rules {
  from 10.5.${last}.0/24 table 77 priority 5000
}
`;
  const there = (): string =>
    addresses() + pair.left.ip('route show') + pair.left.ip('rule show priority 5000');
  const expectThere = (last: number): Promise<void> =>
    eventually(() => {
      expect(there()).toContain(` 10.7.0.${last}/24 `);
      expect(there()).toContain(`10.6.${last}.0/24 via 10.9.0.2`);
      expect(there()).toContain(`from 10.5.${last}.0/24 lookup 77`);
    });
  await ours.start(statics(1));
  await expectThere(1);
  ours.reload(statics(2));
  await expectThere(2);
  expect(there()).not.toMatch(/10\.7\.0\.1\/|10\.6\.1\.|10\.5\.1\./);
  await ours.end('SIGTERM');

  expect(there()).not.toMatch(/10\.7\.|10\.6\.|10\.5\./);
});

test('static addresses, routes and rules that are deleted come back, and a track_group minds their device', async () => {
  pair.left.ip('link add eth1 type veth peer name eth9');
  for (const device of ['eth1', 'eth9']) pair.left.ip(`link set ${device} up`);
  const statics = `track_group G {\n  group {\n    VI_1\n  }\n}
static_ipaddress {\n  10.7.0.1/24 dev eth1 track_group G\n  10.7.1.1/24 dev eth1 no_track\n}
static_routes {\n  10.6.0.0/24 via 10.7.0.9 dev eth1\n}
static_rules {\n  from 10.5.0.0/24 iif eth1 table 77 priority 5000 track_group G\n}
`;
  const there = (): string =>
    pair.left.ip('address show dev eth1') +
    pair.left.ip('route show') +
    pair.left.ip('rule show priority 5000');
  const expectThere = (): Promise<void> =>
    eventually(() => {
      for (const one of [' 10.7.0.1/24 ', '10.6.0.0/24 via 10.7.0.9', 'from 10.5.0.0/24 iif eth1'])
        expect(there()).toContain(one);
    });
  await ours.start(statics + instance());
  await expectState('active', 100);
  await expectThere();

  pair.left.ip('address del 10.7.1.1/24 dev eth1');
  pair.left.ip('address del 10.7.0.1/24 dev eth1');
  pair.left.ip('rule del priority 5000');
  await expectThere();
  expect(there()).not.toContain(' 10.7.1.1/24 ');

  pair.left.ip('link set eth1 down');
  await expectState('fault', 100);
  pair.left.ip('link set eth1 up');
  await expectState('active', 100);
  await expectThere();
});

test('log_unknown_vrids: advertisements of routers that are not configured are told of, once', async () => {
  const others = new OurRouters(pair.right);
  try {
    const stranger = vrrpInstance({ ...quick, virtual_router_id: '53' }, '', ['10.9.0.103/24']);
    await others.start(stranger + second());
    await ours.start(`global_defs {\n  log_unknown_vrids\n}\n${instance()}${second()}`);
    const told = (): string[] =>
      ours.words.split('\n').filter((line) => line.includes('is not configured here'));
    await eventually(() => {
      expect(told()).toHaveLength(1);
    });
    await expectState('active', 100);

    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('10.9.0.2 advertises virtual router 53 on eth0');
  } finally {
    await others.remove();
  }
});

test('use_vmac_addr: addresses on another device have a virtual MAC address, which neighbours learn', async () => {
  pair.left.ip('link add eth1 type veth peer name eth9');
  for (const device of ['eth1', 'eth9']) pair.left.ip(`link set ${device} up`);
  const announced: string[] = [];
  using _ = withNetworkNamespace(pair.left.path, () =>
    capture(pair.left.ifindex('eth9'), (bytes) => {
      const frame = Buffer.from(bytes);
      if (frame.readUInt16BE(12) === 0x0806) announced.push(frame.toString('hex', 22, 32));
    }),
  );
  const global = 'global_defs {\n  vmac_addr_prefix addr\n}\n';
  await ours.start(
    global +
      instance('  use_vmac_addr\n  virtual_ipaddress_excluded {\n    10.7.0.9/24 dev eth1\n  }'),
  );
  await holding();
  await eventually(() => {
    const there = pair.left.ip('address show dev addr.51');
    expect(there).toContain('link/ether 00:00:5e:00:01:33');
    expect(there).toContain(' 10.7.0.9/24 ');
    // Sender's MAC and IP address.
    expect(announced).toContain('00005e0001330a070009');
  });
  await ours.end('SIGTERM');

  expect(pair.left.ip('link')).not.toContain('addr.51');
});

describe('virtual addresses, routes and rules', () => {
  test('come with the active state and leave with it', async () => {
    const moving = `  virtual_ipaddress_excluded {\n    fd09::100/64 dev eth0\n  }
  virtual_routes {\n    10.6.0.0/24 via 10.9.0.2 dev eth0\n  }
  virtual_rules {\n    from 10.5.0.0/24 table 77 priority 5000\n  }`;
    const there = (): string =>
      addresses() + pair.left.ip('route show') + pair.left.ip('rule show priority 5000');
    await ours.start(instance(moving));
    await eventually(() => {
      for (const one of [vip, 'fd09::100', '10.6.0.0/24 via', 'from 10.5.0.0/24 lookup 77']) {
        expect(there()).toContain(one);
      }
    });
    await ours.end('SIGTERM');

    expect(there()).not.toMatch(/10\.9\.0\.100|fd09::100|10\.6\.0\.0|10\.5\.0\.0/);
  });

  test('an address that somebody takes away makes the router step down and come back', async () => {
    await ours.start(instance());
    await holding();
    pair.left.ip(`address del ${vip}/24 dev eth0`);
    await eventually(() => {
      expect(ours.told()).toEqual(['BACKUP', 'MASTER', 'BACKUP', 'MASTER']);
    });
    await holding();
  });
});

describe('with no_accept', () => {
  const neighbour = (): string => pair.right.ip(`neighbour show ${vip}`);
  const rules = (): string => pair.left.run('nft', 'list', 'ruleset');

  test('neighbours find the address, and it answers nothing; without, it does', async () => {
    await ours.start(instance('  no_accept'));
    await holding();
    expect(pair.right.reaches(vip)).toBe(false);
    expect(neighbour()).toContain(pair.left.mac('eth0'));
    expect(pair.right.reaches('10.9.0.1')).toBe(true);

    ours.reload(instance());
    await eventually(() => {
      expect(pair.right.reaches(vip)).toBe(true);
    });
    expect(rules()).not.toContain('evs_vrrp');
  });

  test('the owner of the address answers, and strict mode is no_accept, too', async () => {
    await ours.start(instance('  no_accept', { priority: '255' }) + second());
    await holding();
    expect(pair.right.reaches(vip)).toBe(true);
    await holding('10.9.0.101');
    expect(pair.right.reaches('10.9.0.101')).toBe(true);
    ours.reload(
      instance('  no_accept', { priority: '255' }) + second().replace('}', '}\n  strict_mode'),
    );
    await eventually(() => {
      expect(pair.right.reaches('10.9.0.101')).toBe(false);
    });
    await ours.end('SIGTERM');
    expect(rules()).toBe('');
  });

  test('rules that a killed daemon left do not outlive the next one’s configuration', async () => {
    await ours.start(instance('  no_accept'));
    await holding();
    await ours.end('SIGKILL');
    expect(rules()).toContain('evs_vrrp');
    await ours.start(instance());
    await eventually(() => {
      expect(rules()).not.toContain('evs_vrrp');
    });
  });
});

test('track_src_ip: without its source address a router has a fault; promote_secondaries while it runs', async () => {
  const promotes = (): string =>
    pair.left.run('sysctl', '-n', 'net.ipv4.conf.eth0.promote_secondaries').trim();
  pair.left.ip('address add 10.9.0.7/24 dev eth0');
  await ours.start(instance('  mcast_src_ip 10.9.0.7\n  track_src_ip\n  promote_secondaries'));
  await holding();
  expect(promotes()).toBe('1');
  pair.left.ip('address del 10.9.0.7/24 dev eth0');
  await expectState('fault', 100);
  pair.left.ip('address add 10.9.0.7/24 dev eth0');
  await expectState('active', 100);
  await ours.end('SIGTERM');
  expect(promotes()).toBe('0');
});

describe('a virtual router that tracks', () => {
  test('an interface: without weight it is a fault while that is down, else it counts', async () => {
    for (const device of ['trk0', 'trk1']) {
      pair.left.ip(`link add ${device} type veth peer name ${device}b`);
      for (const end of [device, `${device}b`]) pair.left.ip(`link set ${end} up`);
    }
    await ours.start(instance('  track_interface {\n    trk0\n    trk1 weight 20\n  }'));
    await expectState('active', 120);
    pair.left.ip('link set trk1 down');
    await expectState('active', 100);
    pair.left.ip('link set trk0 down');
    await expectState('fault', 100);
    await notHolding();
    pair.left.ip('link set trk0 up');
    await expectState('active', 100);
  });

  test('a script: the fault ends with its success', async () => {
    const mark = path.join(folder, 'mark');
    writeFileSync(mark, '');
    const script = `vrrp_script chk {\n  script "/usr/bin/test -f ${mark}"\n  interval 1\n  user root\n}\n`;
    await ours.start(script + instance('  track_script {\n    chk\n  }'));
    await holding();
    rmSync(mark);
    await expectState('fault', 100);
    await notHolding();
    writeFileSync(mark, '');
    await holding();
    await eventually(() => {
      expect(ours.told()).toEqual(['BACKUP', 'MASTER', 'FAULT', 'BACKUP', 'MASTER']);
    });
  });

  test('a file: its number times the weight is added', async () => {
    const file = path.join(folder, 'number');
    writeFileSync(file, '3\n');
    const tracked = `track_file num {\n  file ${file}\n  weight 10\n}\n`;
    await ours.start(tracked + instance('  track_file {\n    num\n  }'));
    await expectState('active', 130);
    writeFileSync(file, '-5\n');
    await expectState('active', 50);
    writeFileSync(file, '-26\n');
    await expectState('fault', 100);
  });

  test('a process: the fault begins when it ends, and ends when it is there again', async () => {
    const begin = () =>
      spawn('bash', ['-c', 'exec -a evs-tracked-1 sleep 60'], { stdio: 'ignore' });
    const tracked = `vrrp_track_process p {\n  process evs-tracked-1\n  full_command\n  param_match initial\n}\n`;
    const first = begin();
    let again: ReturnType<typeof begin> | undefined;
    try {
      await ours.start(tracked + instance('  track_process {\n    p\n  }'));
      await holding();
      first.kill('SIGKILL');
      await expectState('fault', 100);
      again = begin();
      await holding();
    } finally {
      first.kill('SIGKILL');
      again?.kill('SIGKILL');
    }
  });
});
