import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bfdStates, decodeControl, encodeControl, type Control } from './control.ts';
import {
  initialSession,
  stepSession,
  type BfdEffect,
  type BfdEvent,
  type BfdSession,
  type BfdSettings,
} from './session.ts';

const settings = (changes: Partial<BfdSettings> = {}): BfdSettings => ({
  discriminator: 1,
  minTransmitUs: 50_000,
  minReceiveUs: 50_000,
  idleTransmitUs: 1_000_000,
  multiplier: 3,
  passive: false,
  ...changes,
});

/** Two ends of a session on a cable that loses nothing; packets take no time. */
class Cable {
  readonly ends: BfdSession[];
  readonly told: string[] = [];
  readonly effects: BfdEffect[] = [];
  cut = false;

  constructor(...both: readonly BfdSettings[]) {
    this.ends = both.map(initialSession);
  }

  step(index: number, event: BfdEvent): void {
    const end = this.ends[index];
    if (end === undefined) return;
    const { session, effects } = stepSession(end, event);
    this.ends[index] = session;
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.kind === 'tell') this.told.push(`${index} ${effect.up ? 'up' : 'down'}`);
      if (effect.kind !== 'send' || this.cut) continue;
      const control = decodeControl(encodeControl(effect.control));
      if (control !== undefined) this.step(1 - index, { kind: 'heard', control });
    }
  }

  get states() {
    return this.ends.map(({ state }) => state);
  }
}

const upAndRunning = (): Cable => {
  const cable = new Cable(settings(), settings({ discriminator: 2, minTransmitUs: 20_000 }));
  cable.step(0, { kind: 'start' });
  return cable;
};

test('three packets bring both ends up, and their times are confirmed', () => {
  const cable = upAndRunning();

  expect(cable.states).toEqual(['up', 'up']);
  expect(cable.told.toSorted()).toEqual(['0 up', '1 up']);
  expect(cable.ends.map(({ polling }) => polling)).toEqual([false, false]);
});

test('packets go out as fast as one end may send and the other can hear, slowly while it is not up', () => {
  const alone = stepSession(initialSession(settings()), { kind: 'start' });
  expect(alone.effects.at(-1)).toEqual({ kind: 'startTransmitTimer', us: 1_000_000 });

  const cable = upAndRunning();
  cable.effects.length = 0;
  cable.step(1, { kind: 'transmitTimer' });
  expect(cable.effects).toContainEqual({ kind: 'startTransmitTimer', us: 50_000 });
  expect(cable.effects).toContainEqual({ kind: 'startDetectTimer', us: 150_000 });
});

test('silence ends the session, and the other end is told why', () => {
  const cable = upAndRunning();
  cable.step(0, { kind: 'detectTimer' });

  expect(cable.told.slice(2, 4)).toEqual(['0 down', '1 down']);
  const said = cable.effects.flatMap((effect) => (effect.kind === 'send' ? effect.control : []));
  expect(said).toContainEqual(expect.objectContaining({ state: 'down', diagnostic: 1 }));
});

test('behind a cut cable both go down, and healed they come up again', () => {
  const cable = upAndRunning();
  cable.cut = true;
  for (const end of [0, 1]) cable.step(end, { kind: 'detectTimer' });
  expect(cable.states).toEqual(['down', 'down']);
  cable.cut = false;
  cable.step(1, { kind: 'transmitTimer' });

  expect(cable.states).toEqual(['up', 'up']);
});

test('one that is shut down says so, and the other end takes that for no failure', () => {
  const cable = upAndRunning();
  cable.step(0, { kind: 'stop' });

  expect(cable.states).toEqual(['adminDown', 'down']);
  expect(cable.told.slice(2)).toEqual([]);
});

test('a passive end says nothing until it is spoken to', () => {
  const cable = new Cable(settings({ passive: true }), settings({ discriminator: 2 }));
  cable.step(0, { kind: 'start' });
  expect(cable.effects.filter(({ kind }) => kind === 'send')).toEqual([]);
  cable.step(1, { kind: 'start' });

  expect(cable.states).toEqual(['up', 'up']);
});

const anyControl: fc.Arbitrary<Control> = fc.record({
  state: fc.constantFrom(...bfdStates),
  diagnostic: fc.integer({ min: 0, max: 31 }),
  poll: fc.boolean(),
  final: fc.boolean(),
  detectMultiplier: fc.integer({ min: 1, max: 255 }),
  myDiscriminator: fc.integer({ min: 1, max: 0xffff_ffff }),
  yourDiscriminator: fc.integer({ min: 1, max: 0xffff_ffff }),
  desiredMinTransmitUs: fc.integer({ min: 0, max: 0xffff_ffff }),
  requiredMinReceiveUs: fc.integer({ min: 0, max: 0xffff_ffff }),
});

test('encodeControl() and decodeControl() are inverse, and any bytes are read to their end', () => {
  fc.assert(
    fc.property(anyControl, fc.uint8Array({ maxLength: 40 }), (control, noise) => {
      expect(decodeControl(encodeControl(control))).toEqual(control);
      decodeControl(noise);
      decodeControl(Buffer.concat([Buffer.of(0x20), noise]));
    }),
  );
});

test.each([
  ['another version', 0, 0x40],
  ['authentication', 1, 0xc4],
  ['multipoint', 1, 0xc1],
  ['no multiplier', 2, 0],
  ['a length beyond its end', 3, 25],
  ['a length below its header', 3, 23],
])('a packet with %s is none', (_, at, value) => {
  const bytes = encodeControl({
    ...(fc.sample(anyControl, 1)[0] as Control),
    state: 'up',
    yourDiscriminator: 1,
  });
  bytes[at] = value;

  expect(decodeControl(bytes)).toBeUndefined();
});

test('whatever the other end says, ours is up only after it was heard, and tells of every failure', () => {
  const event: fc.Arbitrary<BfdEvent> = fc.oneof(
    anyControl.map((control) => ({ kind: 'heard' as const, control })),
    fc.constantFrom({ kind: 'transmitTimer' as const }, { kind: 'detectTimer' as const }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let session = initialSession(settings());
      const told: boolean[] = [];
      let shut = false;
      for (const one of events) {
        const next = stepSession(session, one);
        session = next.session;
        told.push(...next.effects.flatMap((effect) => (effect.kind === 'tell' ? [effect.up] : [])));
        const isShut = one.kind === 'heard' && one.control.state === 'adminDown';
        shut = session.state !== 'up' && (isShut || shut);
        expect(told.at(-1) ?? false).toBe(
          session.state === 'up' || (shut && (told.at(-1) ?? false)),
        );
        if (session.state === 'up') expect(session.remote).toBeDefined();
      }
    }),
  );
});
