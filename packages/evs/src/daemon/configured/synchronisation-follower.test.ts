import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyCommand, initialState, type DirectorState } from '../../director/index.ts';
import type { PeerStatus, SynchronisationStatus } from '../../sync/index.ts';
import { SynchronisationFollower } from './synchronisation-follower.ts';

const entry = { device: 'lb0', instance: 'VI_1' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is heard of another director; `peers`: masters that we hear. */
interface Others {
  peers: readonly PeerStatus[];
  ask: boolean;
}

interface Following {
  readonly follower: SynchronisationFollower;
  readonly state: () => DirectorState;
  readonly roles: () => readonly string[] | undefined;
  readonly others: Others;
  /** Virtual routers that were told to preempt if they like. */
  readonly known: readonly string[];
}

function follow(): Following {
  let state = initialState;
  const others: Others = { peers: [], ask: false };
  const known: string[] = [];
  const follower = new SynchronisationFollower({
    current: () => state,
    execute: (commands) => {
      for (const command of commands) {
        const filled = command.kind === 'startDaemon' ? { ...command, mtu: 1500 } : command;
        state = applyCommand(state, filled);
      }
    },
    synchronisation: () => statusOf(state, others),
    onKnown: (router) => known.push(router),
  });
  const roles = () => state.synchronisation?.map(({ role }) => role);
  return { follower, state: () => state, roles, others, known };
}

function statusOf({ synchronisation = [] }: DirectorState, others: Others): SynchronisationStatus {
  const counts = { messages: 0, connections: 0 };
  const answers = [{ peer: '10.9.0.2', sent: 0, total: 0, state: 'done' }] as const;
  const master = { ...counts, unsent: 0, lost: 0, delayMs: 0, answers: others.ask ? answers : [] };
  const backup = { ...counts, outcomes: {}, rejected: {}, waiting: 0, peers: others.peers };
  const has = (wanted: string): boolean => synchronisation.some(({ role }) => role === wanted);
  return {
    authenticated: false,
    ...(has('master') && { master }),
    ...(has('backup') && { backup }),
  };
}

const peer = (changes: Partial<PeerStatus>): PeerStatus => ({
  address: '10.9.0.2',
  since: '2026-01-01T00:00:00Z',
  silentMs: 0,
  messages: 0,
  missed: 0,
  delayMs: 0,
  complete: false,
  resynchronisation: { state: 'running', received: 0, total: 0, completed: 0 },
  ...changes,
});

test('a sync daemon is a master while its virtual router is active, else a backup', async () => {
  const { follower, state, roles } = follow();
  const rolesAfter = (name: string): unknown => {
    follower.entered('VI_1', name);
    return roles();
  };
  follower.configure(entry, 51);

  expect(state().synchronisation).toBeUndefined();
  expect(rolesAfter('BACKUP')).toEqual(['backup']);
  expect(rolesAfter('MASTER')).toEqual(['master']);
  expect(rolesAfter('MASTER_RX_LOWER_PRI')).toEqual(['master']);
  expect(rolesAfter('FAULT')).toEqual(['backup']);
  await follower.stop();
  expect(roles()).toEqual([]);
});

test('what the configuration leaves open is the virtual router’s ID and ip_vs’s usual numbers', () => {
  const { follower, state } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'MASTER');

  expect(state().synchronisation).toEqual([
    {
      role: 'master',
      device: 'lb0',
      syncId: 51,
      maximumLength: 1472,
      group: '224.0.0.81',
      port: 8848,
      timeToLive: 1,
    },
  ]);
});

test('what the configuration says counts', () => {
  const { follower, state } = follow();
  const given = { id: 7, maxLength: 500, port: 8849, ttl: 2, group: '224.0.0.82' };
  follower.configure({ ...entry, ...given }, 51);
  follower.entered('VI_1', 'BACKUP');

  expect(state().synchronisation).toMatchObject([
    { syncId: 7, maximumLength: 1024, port: 8849, timeToLive: 2, group: '224.0.0.82' },
  ]);
});

test('one that names no virtual router is both from the start', () => {
  const { follower, state } = follow();
  follower.configure({ device: 'lb0' }, undefined);

  expect(state().synchronisation?.map(({ role }) => role)).toEqual(['master', 'backup']);
});

test('a change of the configuration counts at once', () => {
  const { follower, state } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'MASTER');
  follower.configure({ ...entry, id: 8 }, 51);

  expect(state().synchronisation).toMatchObject([{ role: 'master', syncId: 8 }]);
});

test('other virtual routers do not matter, nor does any if the configuration has no sync daemon', () => {
  const { follower, state } = follow();
  follower.entered('VI_1', 'BACKUP');
  expect(state().synchronisation).toBeUndefined();
  follower.configure({ ...entry, instance: 'VI_3' }, 53);
  follower.entered('VI_2', 'MASTER');
  expect(state().synchronisation).toBeUndefined();

  follower.configure(entry, 51);
  expect(state().synchronisation).toMatchObject([{ role: 'backup' }]);
  follower.configure(undefined, undefined);
  expect(state().synchronisation).toEqual([]);
});

test('a backup may preempt when all connections of the active director are here', () => {
  const { follower, others, known } = follow();
  follower.configure(entry, 51);
  others.peers = [peer({ silentMs: 20_000, complete: true })];
  follower.entered('VI_1', 'BACKUP');
  vi.advanceTimersByTime(1_000);
  expect(known).toEqual([]);

  others.peers = [peer({})];
  vi.advanceTimersByTime(20_000);
  expect(known).toEqual([]);

  others.peers = [peer({ complete: true })];
  vi.advanceTimersByTime(1_000);
  expect(known).toEqual(['VI_1']);
});

test('a backup may preempt when no master of ours is heard for three seconds', () => {
  const { follower, known } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'BACKUP');

  vi.advanceTimersByTime(2_900);
  expect(known).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(known).toEqual(['VI_1']);
});

test('a backup that a reload gives a sync daemon may preempt later, too', () => {
  const { follower, known } = follow();
  follower.entered('VI_1', 'BACKUP');
  follower.configure(entry, 51);
  vi.advanceTimersByTime(4_000);

  expect(known).toEqual(['VI_1']);
});

test('one that becomes active meanwhile is told nothing', () => {
  const { follower, known } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'BACKUP');
  follower.entered('VI_1', 'MASTER');
  vi.advanceTimersByTime(10_000);

  expect(known).toEqual([]);
});

test.each([
  ['yields', 'BACKUP'],
  ['has a fault', 'FAULT'],
])('a master that %s tells of connections until another one is heard', (_, name) => {
  const { follower, others, roles } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'MASTER');
  others.ask = true;
  follower.entered('VI_1', name);
  vi.advanceTimersByTime(1_000);
  expect(roles()).toEqual(['master', 'backup']);

  others.peers = [peer({})];
  vi.advanceTimersByTime(100);
  expect(roles()).toEqual(['backup']);
});

test('at the end, a master tells until another one is heard, or none for three seconds', async () => {
  const { follower, others, roles } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'MASTER');
  others.ask = true;
  const stopped = follower.stop();
  vi.advanceTimersByTime(2_900);
  expect(roles()).toContain('master');
  follower.configure(undefined, undefined);
  follower.entered('VI_1', 'FAULT');

  vi.advanceTimersByTime(200);
  await stopped;
  expect(roles()).toEqual([]);
});

test('a master that nobody hears ends at once', async () => {
  const { follower, roles } = follow();
  follower.configure(entry, 51);
  follower.entered('VI_1', 'MASTER');
  await follower.stop();

  expect(roles()).toEqual([]);
});
