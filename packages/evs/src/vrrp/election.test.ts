import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedSegment } from '../../test/fixtures/simulated-segment.ts';
import { virtualRouter } from '../../test/fixtures/virtual-routers.ts';

function pair(): SimulatedSegment {
  const segment = new SimulatedSegment([virtualRouter(), virtualRouter({ priority: 90 })]);
  for (const host of segment.hosts) segment.send(host, { kind: 'start' });
  segment.pass(10_000);
  return segment;
}

test('of two that start together, the higher priority is active', () => {
  const segment = pair();

  expect(segment.active).toEqual([segment.hosts[0]]);
});

// Measured with keepalived 2.2.7: 3.649 s after the last advertisement; 0.650 s after priority 0.
test.each([
  ['killed', 3_648.4375],
  ['stopped', 648.4375],
])('an active router that is %s is followed by its backup after %d ms', (how, expectedMs) => {
  const segment = pair();
  const [first, second] = segment.hosts;
  if (first === undefined || second === undefined) throw new Error('There are two hosts');
  segment.pass(300);
  const before = segment.nowMs;
  const lastAdvertMs = (first.timers.get('advertiseTimer') ?? 0) - 1_000;

  if (how === 'killed') segment.kill(first);
  else segment.send(first, { kind: 'stop' });
  const began = how === 'killed' ? lastAdvertMs : before;
  while (segment.active.length === 0) segment.pass(0.5);

  expect(segment.nowMs - began).toBeGreaterThanOrEqual(expectedMs - 0.001);
  expect(segment.nowMs - began).toBeLessThan(expectedMs + 1);
});

test('a router that was killed while active begins without the addresses that it left', () => {
  const segment = pair();
  const [first, second] = segment.hosts;
  if (first === undefined || second === undefined) throw new Error('There are two hosts');
  segment.kill(first);
  segment.send(first, { kind: 'start' });

  expect(first.holdsAddresses).toBe(false);
});

const anyChange = fc.record({
  host: fc.nat(3),
  what: fc.constantFrom('start', 'stop', 'kill', 'fault', 'mend', 'leave', 'join'),
  restMs: fc.integer({ min: 0, max: 5_000 }),
});

/** Longest wait: three intervals and a skew, once more for those that begin anew, and a preemption. */
const settleMs = 15_000;

test('whatever happens, in the end the highest of those that hear each other is active, alone', () => {
  const priorities = fc.uniqueArray(fc.integer({ min: 1, max: 254 }), {
    minLength: 4,
    maxLength: 4,
  });
  const version = fc.constantFrom(2 as const, 3 as const);
  fc.assert(
    fc.property(
      priorities,
      version,
      fc.array(anyChange, { maxLength: 30 }),
      (levels, wanted, changes) => {
        const segment = new SimulatedSegment(
          levels.map((priority) =>
            virtualRouter({ priority, version: wanted, higherPrioritySendAdvert: true }),
          ),
        );
        for (const { host: index, what, restMs } of changes) {
          const host = segment.hosts[index % segment.hosts.length];
          if (host === undefined) continue;
          if (what === 'leave') host.island = index + 1;
          else if (what === 'join') host.island = 0;
          else if (what === 'start' && !host.running) segment.send(host, { kind: 'start' });
          else if (!host.running) continue;
          else if (what === 'stop') segment.send(host, { kind: 'stop' });
          else if (what === 'kill') segment.kill(host);
          else if (what === 'fault') segment.send(host, { kind: 'fault', cause: 'link' });
          else if (what === 'mend') segment.send(host, { kind: 'mended', cause: 'link' });
          segment.pass(restMs);
        }
        segment.pass(settleMs);

        const takingPart = segment.hosts.filter(
          ({ running, router }) => running && router.faults.size === 0,
        );
        for (const island of new Set(takingPart.map((host) => host.island))) {
          const members = takingPart.filter((host) => host.island === island);
          const highest = members.toSorted(
            (left, right) => right.router.priority - left.router.priority,
          )[0];
          expect(members.filter(({ router }) => router.state === 'active')).toEqual([highest]);
          expect(members.filter(({ holdsAddresses }) => holdsAddresses)).toEqual([highest]);
        }
      },
    ),
    { numRuns: 300 },
  );
});
