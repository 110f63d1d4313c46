import { expect, test } from 'vitest';
import { printSynchronisation } from './sync-command.ts';

test('without a daemon of either role it says how to start one', () => {
  expect(printSynchronisation({ authenticated: false })).toBe(
    'Connections are not synchronised: evsadm --start-daemon\n',
  );
});

test('both roles tell what they do, and what goes wrong', () => {
  const text = printSynchronisation({
    authenticated: true,
    master: {
      messages: 12,
      connections: 300,
      unsent: 1,
      lost: 0,
      delayMs: 101,
      answers: [{ peer: '10.0.0.2', sent: 512, total: 1000, state: 'running' }],
    },
    backup: {
      problem: 'eth9 is not there, or has no address',
      messages: 7,
      connections: 70,
      outcomes: { made: 60, updated: 10, 'table full': 0 },
      rejected: { 'wrong size': 2 },
      waiting: 0,
      peers: [
        {
          address: '10.0.0.2',
          since: '2026-01-01T00:00:00.000Z',
          silentMs: 400,
          messages: 7,
          missed: 1,
          complete: true,
          delayMs: 99,
          resynchronisation: { state: 'done', received: 5, total: 5, completed: 1, tookMs: 3 },
        },
      ],
    },
  });

  expect(text).toMatchInlineSnapshot(`
    "master: sending
      sent 300 connections in 12 messages, the last after at most 101 ms
      not sent: 1
      resynchronisation of 10.0.0.2: running, 512 of 1000 connections
    backup: eth9 is not there, or has no address
      received 70 connections in 7 messages
      made: 60
      updated: 10
      rejected, wrong size: 2
      master 10.0.0.2 since 2026-01-01T00:00:00.000Z, heard 400 ms ago
        missed 1 of 7 messages, at most 99 ms behind
        resynchronisation: done, 5 of 5 connections, 3 ms
    messages are signed with a key
    "
  `);
});
