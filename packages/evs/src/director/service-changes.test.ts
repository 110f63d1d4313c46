import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyText } from './key-text.ts';
import type { VirtualService } from './model.ts';
import { comeIn, goneIn, serviceChanges } from './service-changes.ts';

/** Not the same object as any other. */
const service = (mark: number): VirtualService => ({
  key: { kind: 'mark', mark, family: 'ipv4' },
  scheduler: 'rr',
  schedulerFlags: 0,
  onePacket: false,
  realServers: [],
});
const step = fc.tuple(fc.constantFrom('put', 'delete'), fc.integer({ min: 1, max: 6 }));

/** Services after some steps, each in the place that its key had. */
function after(services: readonly VirtualService[], steps: readonly [string, number][]) {
  const table = new Map(services.map((one) => [keyText(one.key), one]));
  for (const [what, mark] of steps) {
    const one = service(mark);
    if (what === 'put') table.set(keyText(one.key), one);
    else table.delete(keyText(one.key));
  }
  return [...table.values()];
}

test('deleting what is deleted and putting what has come makes one list of the other', () => {
  fc.assert(
    fc.property(fc.array(step), fc.array(step), (first, second) => {
      const before = after([], first);
      const now = after(before, second);
      const changes = serviceChanges(before, now);
      const table = new Map(before.map((one) => [keyText(one.key), one]));
      for (const { key } of changes.deleted) table.delete(keyText(key));
      for (const one of comeIn(changes)) table.set(keyText(one.key), one);

      expect([...table.values()]).toEqual(now);
      const stayed = before.filter((one) => !goneIn(changes).includes(one));
      expect(now.filter((one) => !comeIn(changes).includes(one))).toEqual(stayed);
    }),
  );
});

test('a list has not changed if its services are the same', () => {
  const services = [service(1), service(2)];

  expect(serviceChanges(services, [...services])).toEqual({ deleted: [], edited: [], added: [] });
});

test('one edited service is all that has changed, wherever it stands', () => {
  const services = [service(1), service(2), service(3)];
  const edited = service(2);

  expect(serviceChanges(services, services.with(1, edited)).edited).toEqual([
    [services[1], edited],
  ]);
});
