import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { socketPath } from './socket-path.ts';

test('socketPath() is in the folder of the network namespace', () => {
  const { ino } = statSync('/proc/self/ns/net');
  expect(socketPath({})).toBe(`/run/evs/netns-${ino}/evsd.sock`);
});

test('socketPath() is in EVS_RUN_DIR where that is set', () => {
  expect(socketPath({ EVS_RUN_DIR: '/tmp/elsewhere' })).toBe('/tmp/elsewhere/evsd.sock');
});
