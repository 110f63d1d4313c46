import { expect, test } from 'vitest';
import type { Features } from '../program/assembly.ts';
import type { Programs } from './programs.ts';
import { RecentPrograms } from './recent-programs.ts';
import { plainFeatures } from '../../../test/fixtures/features.ts';

const withSchedulers = (...schedulers: Features['schedulers']): Features => ({
  ...plainFeatures,
  schedulers,
});

/** Sets of programs that write down when they are made and closed. */
function observed(): { recent: RecentPrograms; events: string[] } {
  const events: string[] = [];
  const recent = new RecentPrograms((features) => {
    const name = features.schedulers.join();
    events.push(`make ${name}`);
    return {
      features,
      [Symbol.dispose]: () => events.push(`close ${name}`),
    } as unknown as Programs;
  });
  return { recent, events };
}

test('programs that come back are the same', () => {
  const { recent, events } = observed();

  const first = recent.of(withSchedulers('rr'));
  recent.of(withSchedulers('wlc'));

  expect(recent.of(withSchedulers('rr'))).toBe(first);
  expect(events).toEqual(['make rr', 'make wlc']);
});

test('of five sets the one that was not used for longest is closed', () => {
  const { recent, events } = observed();
  for (const scheduler of ['rr', 'wrr', 'lc', 'wlc', 'rr', 'sh'] as const) {
    recent.of(withSchedulers(scheduler));
    recent.forgetOld();
  }

  expect(events.filter((event) => event.startsWith('close'))).toEqual(['close wrr']);
  expect(recent.has(withSchedulers('rr'))).toBe(true);
  expect(recent.has(withSchedulers('wrr'))).toBe(false);
});

test('in the end all are closed', () => {
  const { recent, events } = observed();
  recent.of(withSchedulers('rr'));
  recent.of(withSchedulers('wlc'));

  recent[Symbol.dispose]();

  expect(events.slice(2)).toEqual(['close rr', 'close wlc']);
});
