import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assembleProgram } from '../../src/dataplane/control/assemble-program.ts';
import { MapStore } from '../../src/dataplane/control/map-store.ts';
import { ProgramCache } from '../../src/dataplane/control/program-cache.ts';
import { Programs } from '../../src/dataplane/control/programs.ts';
import { defaultCapacities, defineMaps } from '../../src/dataplane/maps.ts';
import { attachedProgram, showProgram } from './attached-program.ts';
import { run, TestNamespace } from './network.ts';
import { patient } from './slowness.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';
import { plainFeatures } from '../fixtures/features.ts';

const maps = defineMaps({ ...defaultCapacities, connections: 64 });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'evs-programs-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const newCache = (): ProgramCache => new ProgramCache(maps, { directory, build: 'a test' });

/** The source lines and instructions of a loaded program. */
const dump = (id: number): string =>
  run('bpftool', 'prog', 'dump', 'xlated', 'id', `${id}`, 'linum');

test('a program from the cache is the one that was assembled, source lines included', () => {
  using store = new MapStore(maps, undefined);
  using assembled = new Programs(store, plainFeatures, newCache());
  using cached = new Programs(store, plainFeatures, newCache());

  const first = assembled.load('tc');
  const second = cached.load('tc');

  expect(second.id).not.toBe(first.id);
  expect(showProgram(second.id).tag).toBe(showProgram(first.id).tag);
  expect(dump(first.id)).toContain('director.ts');
  expect(dump(second.id)).toBe(dump(first.id));
});

test('what is in the cache is loaded, without anything being assembled', () => {
  const sweep = assembleProgram(maps, plainFeatures, 'sweep');
  newCache().write(plainFeatures, 'sweep', {
    ...sweep,
    program: { ...sweep.program, name: 'from_the_cache' },
  });
  using store = new MapStore(maps, undefined);
  using programs = new Programs(store, plainFeatures, newCache());

  expect(showProgram(programs.load('sweep').id).name).toBe('from_the_cache');
});

test('a program from the cache that the verifier refuses is assembled anew, and replaced', () => {
  const sweep = assembleProgram(maps, plainFeatures, 'sweep');
  const instructions = sweep.program.instructions.map((instruction) =>
    instruction.opcode === 0x95 ? { ...instruction, opcode: 0xff } : instruction,
  );
  newCache().write(plainFeatures, 'sweep', {
    ...sweep,
    program: { ...sweep.program, instructions },
  });
  using store = new MapStore(maps, undefined);
  using programs = new Programs(store, plainFeatures, newCache());

  expect(showProgram(programs.load('sweep').id).name).toBe('evs_sweep');
  expect(newCache().read(plainFeatures, 'sweep')?.program.instructions).toEqual(
    sweep.program.instructions,
  );
});

test('a daemon that is started again loads the same programs from the cache', async () => {
  buildPrograms();
  using namespace = new TestNamespace('evspc');
  const daemon = new TestDaemon(namespace);
  try {
    await daemon.start('--program-cache', directory);
    await daemon.client.execute([
      {
        kind: 'addService',
        // No program for it comes with the build.
        service: { key, scheduler: 'lc', schedulerFlags: 0, onePacket: false },
      },
    ]);
    const before = attachedProgram(namespace, daemon.pinDirectory, 'lo');
    const written = inodes();

    await daemon.kill();
    await daemon.start('--program-cache', directory);

    const after = attachedProgram(namespace, daemon.pinDirectory, 'lo');
    expect(before).toBeDefined();
    expect(after?.id).not.toBe(before?.id);
    expect(after?.tag).toBe(before?.tag);
    expect(written.size).toBeGreaterThan(0);
    for (const [name, inode] of written) expect(inodes().get(name)).toBe(inode);
  } finally {
    await daemon.remove();
  }
});

test('others are answered while programs are assembled for a command', async () => {
  buildPrograms();
  using namespace = new TestNamespace('evspc');
  const daemon = new TestDaemon(namespace);
  try {
    await daemon.start('--program-cache', directory);
    let isDone = false;
    // No program for it comes with the build.
    const service = { key, scheduler: 'twos', schedulerFlags: 0, onePacket: false } as const;
    const adding = daemon.client
      .execute([{ kind: 'addService', service }])
      .finally(() => (isDone = true));
    let answers = 0;
    while (!isDone) {
      await daemon.client.status();
      answers++;
    }

    expect(await adding).toEqual([{ ok: true }]);
    expect(answers).toBeGreaterThan(2);
    expect(inodes().size).toBeGreaterThan(0);
  } finally {
    await daemon.remove();
  }
});

test('what the next command is likely to need is assembled ahead', async () => {
  buildPrograms();
  using namespace = new TestNamespace('evspc');
  const daemon = new TestDaemon(namespace);
  try {
    await daemon.start('--program-cache', directory);
    const service = { key, scheduler: 'rr', schedulerFlags: 0, onePacket: false } as const;
    await daemon.client.execute([{ kind: 'addService', service }]);

    await vi.waitFor(() => expect(inodes().size).toBeGreaterThan(2), {
      timeout: patient(30_000),
      interval: 100,
    });
  } finally {
    await daemon.remove();
  }
});

const key = { kind: 'address', protocol: 'tcp', address: '10.9.0.1', port: 80 } as const;

/** Files of the cache by name, with their inodes: a file that is written anew has another one. */
const inodes = (): Map<string, number> =>
  new Map(readdirSync(directory).map((name) => [name, statSync(path.join(directory, name)).ino]));
