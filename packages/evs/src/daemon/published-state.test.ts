import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { initialState, type DirectorState, type VirtualService } from '../director/model.ts';
import { FakeDataPlane, silentLog } from './fakes.ts';
import { PublishedState } from './published-state.ts';
import type { SavedState } from './saved-state.ts';

const withTcp = (tcp: number): DirectorState => ({
  ...initialState,
  timeouts: { ...initialState.timeouts, tcp },
});

let plane: FakeDataPlane;
let written: SavedState[];
let state: PublishedState;
let steps: string[];
let file: { write: (saved: SavedState) => void; append: Append; isLong: boolean };
type Append = (before: DirectorState, saved: SavedState) => void;

beforeEach(() => {
  plane = new FakeDataPlane();
  written = [];
  steps = [];
  file = {
    write: (saved) => void written.push(saved),
    append: (_before, saved) => void written.push(saved),
    isLong: false,
  };
  state = new PublishedState(initialState, {
    file,
    owner: 'me',
    plane,
    nextHops: { change: () => undefined },
    devices: { leaveAll: () => void steps.push('leave') },
    refreshNetwork: () => void steps.push('refresh'),
    log: silentLog,
  });
});

afterEach(() => {
  state[Symbol.dispose]();
  vi.useRealTimers();
});

test('the saved state is published at the start, and not written again', () => {
  expect(plane.published).toEqual([initialState]);
  expect(written).toEqual([]);
});

test('a new state is in the file before it is in the data plane', () => {
  plane.publish = () => expect(written).toHaveLength(1);

  state.replace(withTcp(1));

  expect(written).toEqual([{ owner: 'me', state: withTcp(1) }]);
  expect(state.current).toEqual(withTcp(1));
});

test('a state that the data plane refuses is taken back everywhere', () => {
  plane.publishErrors = [new Error('No'), new Error('No')];

  expect(() => state.replace(withTcp(1))).toThrow('No');

  expect(state.current).toBe(initialState);
  expect(written.at(-1)?.state).toBe(initialState);
  expect(plane.published.at(-1)).toBe(initialState);
});

test('the same state again is no work', () => {
  state.replace(initialState);

  expect(written).toEqual([]);
});

test('a state that is refused because a device went a moment ago is published again', () => {
  plane.publishErrors = [new Error('No such device')];

  state.replace(withTcp(1));

  expect(steps).toEqual(['refresh']);
  expect(state.current).toEqual(withTcp(1));
});

test('devices are attached anew after the first service, not after the second', () => {
  const service: VirtualService = {
    key: { kind: 'mark', mark: 1, family: 'ipv4' },
    scheduler: 'rr',
    schedulerFlags: 0,
    onePacket: false,
    realServers: [],
  };

  state.replace({ ...initialState, services: [service] });
  expect(steps).toEqual(['leave', 'refresh']);

  state.replace({ ...initialState, services: [service, service] });
  expect(steps).toHaveLength(2);
});

test('a file that has grown long is written anew a second later, once', () => {
  vi.useFakeTimers();
  file.isLong = true;
  state.replace(withTcp(1));
  state.replace(withTcp(2));
  const before = written.length;

  vi.advanceTimersByTime(5000);

  expect(written.slice(before)).toEqual([{ owner: 'me', state: withTcp(2) }]);
});
