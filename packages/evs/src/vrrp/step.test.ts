import { describe, expect, test } from 'vitest';
import { virtualRouter } from '../../test/fixtures/virtual-routers.ts';
import type { RouterEvent } from './effects.ts';
import { step } from './step.ts';
import { initialRouter, type RunningRouter, type VirtualRouter } from './virtual-router.ts';

const run = (router: RunningRouter, ...events: readonly RouterEvent[]): RunningRouter =>
  events.reduce((current, event) => step(current, event).router, router);
const fresh = (changes: Partial<VirtualRouter> = {}): RunningRouter =>
  initialRouter(virtualRouter(changes), '10.9.0.1');
const backup = (changes: Partial<VirtualRouter> = {}): RunningRouter =>
  run(fresh(changes), { kind: 'start' });
const active = (changes: Partial<VirtualRouter> = {}): RunningRouter =>
  run(backup(changes), { kind: 'activeDownTimer' });
const advertisement = (priority: number, source = '10.9.0.2', intervalMs = 1_000): RouterEvent => ({
  kind: 'advertisement',
  advertisement: { source, priority, intervalMs },
});
const kinds = (router: RunningRouter, event: RouterEvent): string[] =>
  step(router, event).effects.map((effect) => effect.kind);
const downTimer = (router: RunningRouter, event: RouterEvent): number | undefined =>
  step(router, event).effects.find((effect) => effect.kind === 'startActiveDownTimer')?.ms;

describe('a router that starts', () => {
  test('listens as a backup for three intervals and its skew', () => {
    expect(downTimer(fresh(), { kind: 'start' })).toBeCloseTo(3_609.375);
    expect(downTimer(fresh({ priority: 90 }), { kind: 'start' })).toBeCloseTo(3_648.4375);
  });

  test('in version 3, skews by a part of the interval', () => {
    const quick = fresh({ version: 3, priority: 90, advertiseIntervalMs: 200 });

    expect(downTimer(quick, { kind: 'start' })).toBeCloseTo(600 + (166 * 200) / 256);
  });

  test('is active at once if it owns the addresses', () => {
    expect(backup({ priority: 255 }).state).toBe('active');
  });

  test('listens first even if it owns the addresses, if another director may have connections', () => {
    expect(backup({ priority: 255, awaitsConnections: true }).state).toBe('backup');
  });

  test('with a fault takes no part, until the last cause has gone', () => {
    const faulty = run(
      fresh(),
      { kind: 'fault', cause: 'ens33' },
      { kind: 'fault', cause: 'chk' },
      { kind: 'start' },
    );
    const half = run(faulty, { kind: 'mended', cause: 'ens33' });

    expect([faulty.state, half.state]).toEqual(['fault', 'fault']);
    expect(kinds(half, { kind: 'mended', cause: 'chk' })).toEqual([
      'stopTimers',
      'startActiveDownTimer',
      'notify',
    ]);
  });
});

describe('a backup', () => {
  test('becomes active when the active-down timer fires, and says so', () => {
    const { router, effects } = step(backup(), { kind: 'activeDownTimer' });

    expect(router.state).toBe('active');
    expect(effects.map((effect) => effect.kind)).toEqual([
      'stopTimers',
      'advertise',
      'addAddresses',
      'announceAddresses',
      'startAdvertiseTimer',
      'notify',
    ]);
  });

  test('waits anew after an advertisement of its own or a higher priority', () => {
    expect(downTimer(backup(), advertisement(100))).toBeCloseTo(3_609.375);
    expect(downTimer(backup(), advertisement(200))).toBeCloseTo(3_609.375);
  });

  test('waits only its skew when the active router says goodbye', () => {
    expect(downTimer(backup(), advertisement(0))).toBeCloseTo(609.375);
  });

  test('does not wait anew for a lower priority', () => {
    expect(kinds(backup(), advertisement(90))).toEqual(['log']);
  });

  test('waits for a lower priority if it may not preempt', () => {
    expect(downTimer(backup({ preempt: false }), advertisement(90))).toBeCloseTo(3_609.375);
  });

  test('with a delay, obeys a lower priority until that has passed', () => {
    const delayed = backup({ preemptDelayMs: 3_000 });
    const waiting = run(delayed, advertisement(90));
    const over = run(waiting, { kind: 'preemptDelayTimer' });

    expect(kinds(delayed, advertisement(90))).toEqual([
      'startActiveDownTimer',
      'startPreemptDelayTimer',
    ]);
    expect(kinds(waiting, advertisement(90))).toEqual(['startActiveDownTimer']);
    expect(kinds(over, advertisement(90))).toEqual(['log']);
  });

  test('whose director keeps a copy of connections obeys a lower priority until it has them', () => {
    const copying = backup({ awaitsConnections: true });
    const waiting = run(copying, advertisement(90));
    const { router: known, effects } = step(waiting, { kind: 'connectionsKnown' });

    expect(step(copying, advertisement(90)).effects).toMatchObject([
      { kind: 'startActiveDownTimer' },
      { kind: 'log' },
      { kind: 'startConnectionsTimer', ms: 30_000 },
    ]);
    expect(kinds(waiting, advertisement(90))).toEqual(['startActiveDownTimer']);
    expect(effects).toEqual([{ kind: 'log', text: 'The connections are known: taking over' }]);
    expect(kinds(known, advertisement(90))).toEqual(['log']);
    expect(run(waiting, { kind: 'activeDownTimer' }).state).toBe('active');
  });

  test('preempts without connections that do not come, and says so', () => {
    const waiting = run(backup({ awaitsConnections: true }), advertisement(90));
    const { router, effects } = step(waiting, { kind: 'connectionsTimer' });

    expect(effects.map((effect) => effect.kind)).toEqual(['log']);
    expect(kinds(router, advertisement(90))).toEqual(['log']);
  });

  test('waits for connections anew after it was active, and after it heard a higher priority', () => {
    const copying = backup({ awaitsConnections: true });
    const known = run(copying, { kind: 'connectionsKnown' });
    const again = run(known, { kind: 'activeDownTimer' }, advertisement(200));
    const late = run(copying, advertisement(90), advertisement(200), { kind: 'connectionsTimer' });

    expect(kinds(known, advertisement(90))).toEqual(['log']);
    expect(kinds(again, advertisement(90))).toContain('startConnectionsTimer');
    expect(kinds(late, advertisement(90))).toContain('startConnectionsTimer');
  });

  test('of version 3 learns the interval of the active router', () => {
    const slow = step(backup({ version: 3 }), advertisement(200, '10.9.0.2', 2_000));

    expect(slow.router.activeIntervalMs).toBe(2_000);
    expect(slow.effects).toMatchObject([
      { kind: 'startActiveDownTimer', ms: 6_000 + (156 * 2_000) / 256 },
    ]);
    expect(run(slow.router, { kind: 'activeDownTimer' }).activeIntervalMs).toBe(1_000);
  });

  test('has nothing to give up when it stops', () => {
    expect(kinds(backup(), { kind: 'stop' })).toEqual(['stopTimers', 'notify']);
  });
});

describe('an active router', () => {
  test('advertises each interval', () => {
    expect(step(active(), { kind: 'advertiseTimer' }).effects).toEqual([
      { kind: 'advertise', priority: 100 },
      { kind: 'startAdvertiseTimer', ms: 1_000 },
    ]);
  });

  test('yields to a higher priority without saying goodbye', () => {
    const { router, effects } = step(active(), advertisement(200));

    expect(router.state).toBe('backup');
    expect(effects.map((effect) => effect.kind)).toEqual([
      'log',
      'stopTimers',
      'removeAddresses',
      'startActiveDownTimer',
      'notify',
    ]);
  });

  test('yields with a last advertisement if so configured: the winner then announces itself again', () => {
    const { effects } = step(active({ higherPrioritySendAdvert: true }), advertisement(200));

    expect(effects).toContainEqual({ kind: 'advertise', priority: 100 });
  });

  test.each([
    ['10.9.0.2', 'backup'],
    ['10.9.0.10', 'backup'],
    ['10.8.255.255', 'active'],
  ])('at equal priorities leaves it to the higher address: %s', (source, state) => {
    expect(run(active(), advertisement(100, source)).state).toBe(state);
  });

  test('answers a lower priority and announces its addresses again', () => {
    expect(kinds(active(), advertisement(50))).toEqual([
      'log',
      'advertise',
      'startAdvertiseTimer',
      'announceAddresses',
      'notify',
    ]);
    expect(kinds(active({ lowerPriorityNoAdvert: true }), advertisement(50))).not.toContain(
      'advertise',
    );
  });

  test('answers a goodbye at once', () => {
    expect(kinds(active(), advertisement(0))).toEqual(['advertise', 'startAdvertiseTimer']);
  });

  test('says goodbye once when it stops, twice when it fails', () => {
    const goodbye = { kind: 'advertise', priority: 0 };

    expect(
      step(active(), { kind: 'stop' }).effects.filter(({ kind }) => kind === 'advertise'),
    ).toEqual([goodbye]);
    expect(
      step(active(), { kind: 'fault', cause: 'ens33' }).effects.filter(
        ({ kind }) => kind === 'advertise',
      ),
    ).toEqual([goodbye, goodbye]);
  });

  test('that loses an address lets others go first', () => {
    const { router, effects } = step(active(), { kind: 'addressLost' });

    expect(router.state).toBe('backup');
    expect(effects).toMatchObject([
      { kind: 'advertise', priority: 0 },
      { kind: 'stopTimers' },
      { kind: 'removeAddresses' },
      { kind: 'startActiveDownTimer', ms: 609.375 },
      { kind: 'notify', state: 'BACKUP' },
    ]);
  });

  test('tells its changed priority with the next advertisement', () => {
    const weaker = run(active(), { kind: 'priority', priority: 80 });

    expect(step(weaker, { kind: 'advertiseTimer' }).effects[0]).toEqual({
      kind: 'advertise',
      priority: 80,
    });
    expect(run(active({ priority: 255 }), { kind: 'priority', priority: 80 }).priority).toBe(255);
  });
});

describe('a process that was held up', () => {
  const late = { kind: 'activeDownTimer', lateMs: 1_500 } as const;

  test('listens for one more interval before it takes over, since it may have missed something', () => {
    const { router, effects } = step(backup(), late);

    expect(router.state).toBe('backup');
    expect(effects).toMatchObject([
      { kind: 'log' },
      { kind: 'startActiveDownTimer', ms: 1_609.375 },
    ]);
  });

  test('does so once', () => {
    expect(run(backup(), late, late).state).toBe('active');
    expect(run(backup(), late, advertisement(150), late).state).toBe('backup');
  });

  test('for less than an interval, takes over', () => {
    expect(run(backup(), { kind: 'activeDownTimer', lateMs: 900 }).state).toBe('active');
  });
});

describe('other settings', () => {
  const config = virtualRouter({ version: 3, priority: 100, advertiseIntervalMs: 500 });

  test('are said at once by an active router, which stays so', () => {
    const { router, effects } = step(active(), { kind: 'reconfigure', config });

    expect(router.state).toBe('active');
    expect(effects).toEqual([
      { kind: 'advertise', priority: 100 },
      { kind: 'startAdvertiseTimer', ms: 500 },
    ]);
  });

  test('leave a backup as it is', () => {
    expect(step(backup(), { kind: 'reconfigure', config })).toMatchObject({
      router: { state: 'backup', config },
      effects: [],
    });
  });
});

test('an owner that ignores others gives way to nobody', () => {
  const owner = run(fresh({ priority: 255, ownerIgnoresAdverts: true }), { kind: 'start' });

  expect(run(owner, advertisement(255, '10.9.0.200')).state).toBe('active');
});
