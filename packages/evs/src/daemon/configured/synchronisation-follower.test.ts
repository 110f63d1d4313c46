import { expect, test } from 'vitest';
import { applyCommand, initialState, type DirectorState } from '../../director/index.ts';
import { SynchronisationFollower } from './synchronisation-follower.ts';

const entry = { device: 'lb0', instance: 'VI_1' };

function follow(): {
  readonly follower: SynchronisationFollower;
  readonly state: () => DirectorState;
} {
  let state = initialState;
  const follower = new SynchronisationFollower({
    current: () => state,
    execute: (commands) => {
      for (const command of commands) {
        const known = command.kind === 'startDaemon' ? { ...command, mtu: 1500 } : command;
        state = applyCommand(state, known);
      }
    },
  });
  return { follower, state: () => state };
}

test('a sync daemon is a master while its virtual router is active, else a backup', () => {
  const { follower, state } = follow();
  const rolesAfter = (name: string): unknown => {
    follower.entered('VI_1', name);
    return state().synchronisation?.map(({ role }) => role);
  };
  follower.configure(entry, 51);

  expect(state().synchronisation).toBeUndefined();
  expect(rolesAfter('BACKUP')).toEqual(['backup']);
  expect(rolesAfter('MASTER')).toEqual(['master']);
  expect(rolesAfter('MASTER_RX_LOWER_PRI')).toEqual(['master']);
  expect(rolesAfter('FAULT')).toEqual(['backup']);
  follower.stop();
  expect(state().synchronisation).toEqual([]);
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
