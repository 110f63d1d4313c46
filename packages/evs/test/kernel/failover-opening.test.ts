import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DirectorPair, type Index, type Program } from './director-pair.ts';
import { patient } from './slowness.ts';
import { buildPrograms } from './test-daemon.ts';

let pair: DirectorPair;
let client: Program;

/** Between two connections to a service. */
const pauseMs = 20;

const expectActive = (active: Index): Promise<void> =>
  vi.waitFor(
    () => {
      expect([pair.holds(0), pair.holds(1)]).toEqual([active === 0, active === 1]);
    },
    { timeout: patient(60_000), interval: 10 },
  );

/** How many connections the client has opened, and when those were established that are lost; see opening-client.ts. */
async function ask(): Promise<{ readonly opened: number; readonly lost: readonly number[] }> {
  return (await client.ask()) as { opened: number; lost: number[] };
}

beforeAll(async () => {
  buildPrograms();
  pair = new DirectorPair();
  await pair.serve();
  await pair.begin(0);
  await vi.waitFor(() => expect(pair.holds(0)).toBe(true), { timeout: patient(60_000) });
  await pair.begin(1);
  client = pair.keepOpening(patient(pauseMs));
  await client.line();
}, patient(120_000));
afterAll(() => pair.remove());

/** Whether the second director knows what the first one has. */
const expectFollowing = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const { backup } = await pair.daemon(1).client.synchronisationStatus();
      expect(backup?.peers.some(({ complete, silentMs }) => complete && silentMs < 2_000)).toBe(
        true,
      );
    },
    { timeout: patient(60_000), interval: 100 },
  );

/** The second director has told the first one everything. */
const expectYielded = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const daemons = await pair.daemon(1).client.synchronisation();
      expect(daemons.map(({ role }) => role)).toEqual(['backup']);
    },
    { timeout: patient(60_000), interval: 50 },
  );

/** The other director is told every 100 ms; on a busy machine that takes longer. */
const untoldMs = patient(1_000);

/** What may be lost: established from when on, until when, beside the moment of the end. None: nothing may. */
type Loss = (endedMs: number, takenMs: number) => readonly [number, number];

const ends: readonly (readonly [string, () => Promise<void>, Loss | undefined])[] = [
  ['is stopped in order loses none', () => pair.daemon(0).kill('SIGTERM'), undefined],
  [
    'is gone loses what was opened just before',
    () => pair.lose(0),
    (endedMs) => [endedMs - untoldMs, endedMs],
  ],
  [
    'has no daemon any more loses what was opened since',
    () => pair.daemon(0).kill('SIGKILL'),
    (endedMs, takenMs) => [endedMs - untoldMs, takenMs],
  ],
];

test.each(ends)(
  'while connections are opened all the time, an active director that %s, and loses none when it is back',
  { timeout: patient(180_000) },
  async (_, end, loss) => {
    await expectFollowing();
    await delay(patient(2_000));

    const ended = end();
    const endedMs = Date.now();
    await vi.waitFor(() => expect(pair.holds(1)).toBe(true), {
      timeout: patient(60_000),
      interval: 10,
    });
    const takenMs = Date.now();
    await ended;
    const first = await ask();
    expect(first.opened).toBeGreaterThan(100);
    const [fromMs, untilMs] = loss?.(endedMs, takenMs) ?? [0, 0];
    const lost = first.lost.filter((ms) => ms < fromMs || ms > untilMs);
    expect(lost.map((ms) => ms - endedMs)).toEqual([]);

    await pair.begin(0);
    await expectActive(0);
    await expectYielded();
    const second = await ask();
    expect(second.opened).toBeGreaterThan(first.opened - first.lost.length + 100);
    expect(second.lost).toEqual([]);
    expect(tookOverKnowing(pair.daemon(0).words)).toBe(true);
  },
);

/** By its log. */
function tookOverKnowing(words: string): boolean {
  const known = words.indexOf('Connections are resynchronised');
  return known !== -1 && known < words.indexOf('Entering MASTER STATE');
}
