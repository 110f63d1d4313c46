import { expect, test } from 'vitest';
import { History } from './history.ts';

const look = (reason: string) => ({ ok: true, reason, durationMs: 1 });

test('the newest look comes first, and only the last ten are kept', () => {
  const history = new History();
  for (let turn = 1; turn <= 25; turn++) history.add(look(`look ${turn}`), undefined, turn);

  expect(history.records.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 10 }, (_, back) => `look ${25 - back}`),
  );
});

test('a reason that a server made up is cut', () => {
  const history = new History();
  history.add(look('x'.repeat(100_000)), 'down', 7);

  expect(history.records).toEqual([
    { atMs: 7, ok: true, reason: 'x'.repeat(120), durationMs: 1, change: 'down' },
  ]);
});
