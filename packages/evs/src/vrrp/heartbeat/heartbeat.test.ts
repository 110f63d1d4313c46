import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIpAddress } from '../../packet/index.ts';
import { decodeHeartbeat, encodeHeartbeat, type ActiveRouter } from './message.ts';
import { stepRivalries, type OwnActive, type Rivalries, type Views } from './rivalry.ts';

const router: ActiveRouter = { virtualRouterId: 51, priority: 100, addresses: ['10.9.0.100'] };
const own: OwnActive = { ...router, identity: '51 ipv4 eth0', advertiseIntervalMs: 1_000 };

const anyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((text) => parseIpAddress(text) ?? '::'),
);
const anyRouter = fc.record({
  virtualRouterId: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 1, max: 255 }),
  addresses: fc.array(anyAddress, { maxLength: 20 }),
});

test('a heartbeat is a head of 8 bytes, the name, and each router with its addresses', () => {
  const bytes = encodeHeartbeat({ director: 'LVS_1', active: [router] });

  expect(Buffer.from(bytes).toString('hex')).toBe(
    ['4556534801050001', '4c56535f31', '33046401', '0a090064'].join(''),
  );
});

test('encodeHeartbeat() and decodeHeartbeat() are inverse, a router of both families apart', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 20 }),
      fc.array(anyRouter, { maxLength: 9 }),
      (name, active) => {
        const director = Buffer.from(name).toString();
        const read = decodeHeartbeat(encodeHeartbeat({ director, active }));
        const held = (routers: readonly ActiveRouter[]) =>
          routers
            .flatMap(({ virtualRouterId, priority, addresses }) =>
              addresses.map((address) => `${virtualRouterId} ${priority} ${address}`),
            )
            .toSorted();
        expect(read?.director).toBe(director);
        expect(held(read?.active ?? [])).toEqual(held(active));
      },
    ),
  );
});

test('decodeHeartbeat() takes any bytes, and no heartbeat that is cut or goes on', () => {
  const whole = encodeHeartbeat({ director: 'LVS_1', active: [router, router] });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(whole.length - 1), (noise, cut) => {
      decodeHeartbeat(noise);
      decodeHeartbeat(Buffer.concat([whole.subarray(0, 8), noise]));
      expect(decodeHeartbeat(whole.subarray(0, cut))).toBeUndefined();
    }),
  );
  expect(decodeHeartbeat(Buffer.concat([whole, Buffer.alloc(1)]))).toBeUndefined();
});

/** The events of one view after the other. */
function events(views: readonly Views[]): readonly object[] {
  let rivalries: Rivalries = new Map();
  return views.flatMap((view) => {
    const next = stepRivalries(rivalries, view);
    rivalries = next.rivalries;
    return next.events;
  });
}
const at = (nowMs: number, ours: readonly OwnActive[], theirs: Views['theirs']): Views => ({
  ours,
  theirs,
  nowMs,
});
const begins = { kind: 'begins', identity: own.identity, theirs: router };
const ends = (how: string) => ({ kind: 'ends', identity: own.identity, how });

test('two that are active for longer than an election are rivals, once', () => {
  const both = (nowMs: number): Views => at(nowMs, [own], [router]);

  expect(events([both(0), both(1_000)])).toEqual([]);
  expect(events([both(0), both(2_000), both(3_000)])).toEqual([begins]);
});

test('the same number with other addresses, on another segment, is no rival', () => {
  const other = { ...router, addresses: ['10.8.0.1'] };

  expect(events([at(0, [own], [other]), at(9_000, [own], [other])])).toEqual([]);
});

test.each([
  ['they yield', [own], [], 'theyYielded'],
  ['we yield', [], [router], 'weYielded'],
  ['they are silent', [own], undefined, 'unknown'],
] as const)('a rivalry ends when %s', (_, ours, theirs, how) => {
  expect(
    events([at(0, [own], [router]), at(2_000, [own], [router]), at(2_100, ours, theirs)]),
  ).toEqual([begins, ends(how)]);
});
