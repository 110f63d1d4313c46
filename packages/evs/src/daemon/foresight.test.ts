import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { initialState, type DirectorState } from '../director/index.ts';
import { FakeDataPlane, silentLog } from './fakes.ts';
import { Foresight } from './foresight.ts';

const served: DirectorState = {
  ...initialState,
  services: [
    {
      key: { kind: 'address', protocol: 'tcp', address: '192.0.2.1', port: 80 },
      scheduler: 'rr',
      schedulerFlags: 0,
      onePacket: false,
      realServers: [],
    },
  ],
};

let plane: FakeDataPlane;
let current: DirectorState;
let foresight: Foresight;
beforeEach(() => {
  vi.useFakeTimers();
  plane = new FakeDataPlane();
  current = initialState;
  foresight = new Foresight({ plane, current: () => current, log: silentLog });
});
afterEach(() => {
  foresight[Symbol.dispose]();
  vi.useRealTimers();
});

test('a director without services makes ready for the first, a step at a time', () => {
  foresight.start();
  expect(plane.warmUpSteps).toBe(3);

  vi.advanceTimersToNextTimer();
  expect(plane.warmUpSteps).toBe(2);

  vi.runAllTimers();
  expect(plane.warmUpSteps).toBeLessThanOrEqual(0);
  expect(plane.anticipated).toEqual([]);
});

test('a director that has services thinks of their next change', () => {
  current = served;
  foresight.start();
  vi.runAllTimers();

  expect(plane.anticipated).toEqual([served]);
  expect(plane.warmUpSteps).toBe(3);
});

test('after many changes at once it thinks once, of the last', () => {
  foresight.changed();
  foresight.changed();
  current = served;
  vi.runAllTimers();

  expect(plane.anticipated).toEqual([served]);
});

test('what fails ahead of its time disturbs nobody', () => {
  plane.anticipate = () => {
    throw new Error('No memory');
  };
  foresight.changed();

  expect(() => vi.runAllTimers()).not.toThrow();
});

test('nothing is begun after the end', () => {
  foresight.start();
  foresight.changed();
  foresight[Symbol.dispose]();
  vi.runAllTimers();

  expect(plane.warmUpSteps).toBe(3);
  expect(plane.anticipated).toEqual([]);
});
