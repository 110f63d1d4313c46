import { expect, test } from 'vitest';
import { virtualRouter } from '../../test/fixtures/virtual-routers.ts';
import type { RouterEvent } from './effects.ts';
import { initialGroup, stepGroup, type GroupEffect, type RunningGroup } from './sync-group.ts';
import { initialRouter } from './virtual-router.ts';

function groupOf(priority = 100): RunningGroup {
  const member = (name: string, virtualRouterId: number) =>
    [name, initialRouter(virtualRouter({ name, virtualRouterId, priority }), '10.9.0.1')] as const;
  return initialGroup(new Map([member('inside', 51), member('outside', 52)]));
}

/** What happens to whom, in turn; the effects are those of the last event. */
function run(
  group: RunningGroup,
  ...events: readonly (readonly [string, RouterEvent])[]
): { group: RunningGroup; effects: readonly GroupEffect[] } {
  let effects: readonly GroupEffect[] = [];
  for (const [name, event] of events) ({ group, effects } = stepGroup(group, name, event));
  return { group, effects };
}

const start: RouterEvent = { kind: 'start' };
const silence: RouterEvent = { kind: 'activeDownTimer' };
const started = (priority?: number): RunningGroup =>
  run(groupOf(priority), ['inside', start], ['outside', start]).group;
const active = (): RunningGroup => run(started(), ['inside', silence], ['outside', silence]).group;
const states = ({ members }: RunningGroup): string[] =>
  [...members.values()].map(({ state }) => state);
const goodbyes = (effects: readonly GroupEffect[], name: string): number =>
  effects.filter(
    ({ member, effect }) => member === name && effect.kind === 'advertise' && effect.priority === 0,
  ).length;
const toldOfGroup = (effects: readonly GroupEffect[]) =>
  effects.flatMap(({ member, effect }) =>
    member === undefined && effect.kind === 'notify' ? [effect.state] : [],
  );

test('one that would be active waits for the others, and asks again after an interval', () => {
  const { group, effects } = run(started(), ['inside', silence]);

  expect(states(group)).toEqual(['backup', 'backup']);
  expect(effects).toEqual([
    { member: 'inside', effect: { kind: 'startActiveDownTimer', ms: 1_000 } },
  ]);
});

test('when all would be active, all are, and the group is told of once', () => {
  const { group, effects } = run(started(), ['inside', silence], ['outside', silence]);

  expect(states(group)).toEqual(['active', 'active']);
  expect(toldOfGroup(effects)).toEqual(['MASTER']);
});

test('one that hears a better router meanwhile wants it no more', () => {
  const advertisement = { source: '10.9.0.2', priority: 150, intervalMs: 1_000 };
  const { group } = run(
    started(),
    ['inside', silence],
    ['inside', { kind: 'advertisement', advertisement }],
    ['outside', silence],
  );

  expect(states(group)).toEqual(['backup', 'backup']);
});

test('when one yields, the others follow without a goodbye', () => {
  const advertisement = { source: '10.9.0.2', priority: 150, intervalMs: 1_000 };
  const { group, effects } = run(active(), ['inside', { kind: 'advertisement', advertisement }]);

  expect(states(group)).toEqual(['backup', 'backup']);
  expect([goodbyes(effects, 'inside'), goodbyes(effects, 'outside')]).toEqual([0, 0]);
  expect(toldOfGroup(effects)).toEqual(['BACKUP']);
});

test('a fault of one is a fault of all: two goodbyes of its own, one of each other', () => {
  const { group, effects } = run(active(), ['inside', { kind: 'fault', cause: 'interface eth1' }]);

  expect(states(group)).toEqual(['fault', 'fault']);
  expect([goodbyes(effects, 'inside'), goodbyes(effects, 'outside')]).toEqual([2, 1]);
  expect(toldOfGroup(effects)).toEqual(['FAULT']);
});

test('a group leaves its fault when no member has a cause left', () => {
  const faulty = run(
    active(),
    ['inside', { kind: 'fault', cause: 'interface eth1' }],
    ['outside', { kind: 'fault', cause: 'script chk' }],
    ['inside', { kind: 'mended', cause: 'interface eth1' }],
  ).group;
  const mended = run(faulty, ['outside', { kind: 'mended', cause: 'script chk' }]);

  expect(states(faulty)).toEqual(['fault', 'fault']);
  expect(states(mended.group)).toEqual(['backup', 'backup']);
  expect(toldOfGroup(mended.effects)).toEqual(['BACKUP']);
});

test('owners of their addresses wait for each other, too', () => {
  const one = run(groupOf(255), ['inside', start]).group;
  const both = run(one, ['outside', start]).group;
  const all = run(both, ['inside', silence]).group;

  expect(states(one)).toEqual(['backup', 'init']);
  expect(states(all)).toEqual(['active', 'active']);
});

test('the end of all members is the end of the group', () => {
  const { effects } = run(active(), ['inside', { kind: 'stop' }], ['outside', { kind: 'stop' }]);

  expect(toldOfGroup(effects)).toEqual(['STOP']);
});
