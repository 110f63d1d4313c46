import { expect, test } from 'vitest';
import type { Checks } from '../api/index.ts';
import { printChecks } from './print-checks.ts';

const checks: Checks = {
  virtualServers: [
    {
      label: '[10.0.0.1]:tcp:80',
      hasQuorum: true,
      quorum: 1,
      weight: 2,
      realServers: [
        {
          label: '[10.0.0.2]:tcp:80',
          up: false,
          weight: 1,
          checks: [
            {
              kind: 'HTTP_GET',
              up: false,
              probes: [
                {
                  at: '2026-01-01T00:00:06.000Z',
                  ok: false,
                  reason: 'status 503',
                  durationMs: 0.42,
                  change: 'down',
                },
                { at: '2026-01-01T00:00:00.000Z', ok: true, reason: 'status 200', durationMs: 12 },
              ],
            },
          ],
        },
        { label: '[10.0.0.3]:tcp:80', up: true, weight: 2, checks: [] },
      ],
    },
    { label: 'FWM 7', hasQuorum: false, quorum: 1, weight: 0, realServers: [] },
  ],
};

test('virtual servers, their real servers, checkers and last looks are listed', () => {
  expect(printChecks(checks, { looks: 3 })).toMatchInlineSnapshot(`
    "[10.0.0.1]:tcp:80  has its quorum: weight 2, quorum 1
      [10.0.0.2]:tcp:80  down, weight 1
        HTTP_GET  down
          2026-01-01T00:00:06.000Z  failed    0.4 ms  status 503, goes down
          2026-01-01T00:00:00.000Z  well     12.0 ms  status 200
      [10.0.0.3]:tcp:80  up, weight 2
        not checked

    FWM 7  has lost its quorum: weight 0, quorum 1
    "
  `);
});

test('a text chooses a virtual server with all of its own, or single real servers', () => {
  const chosen = (only: string): string[] =>
    printChecks(checks, { looks: 0, only })
      .split('\n')
      .filter((line) => /^ {0,2}\S/.test(line))
      .map((line) => line.trim().split('  ')[0] ?? '');

  expect(chosen('10.0.0.3')).toEqual(['[10.0.0.1]:tcp:80', '[10.0.0.3]:tcp:80']);
  expect(chosen('FWM')).toEqual(['FWM 7']);
  expect(chosen('10.9')).toEqual(['There is no such virtual server with real servers']);
});
