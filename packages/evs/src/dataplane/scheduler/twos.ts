import {
  all,
  reserved,
  struct,
  u32,
  u64,
  type Builder,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import type { ServiceSlot } from '../layouts.ts';
import type { Scheduling } from '../program/assembly.ts';
import type { Scheduler } from '../program/schedule.ts';
import { overhead } from './least.ts';
import { usable } from './usable.ts';

/** A draw takes the real server at which the sum of weights from the head reaches it. */
const Draws = struct('draws', {
  candidate: u32,
  _: reserved(4),
  /** Of the weights so far. */
  sum: u64,
  first: u64,
  second: u64,
  firstLoad: u32,
  secondLoad: u32,
  firstWeight: u32,
  secondWeight: u32,
  firstSlot: u32,
  secondSlot: u32,
});
type DrawsPointer = Pointer<typeof Draws>;
const choices = ['first', 'second'] as const;

/**
 * The power of two random choices (Mitzenmacher 2001): two real servers are drawn by weight, and the one with less load
 * by weight is taken. ip_vs_twos, whose draws are 0 to the sum of weights, both included.
 */
export const twoChoices: Scheduler = (a, service) => {
  const { b } = a;
  const draws = b.local(Draws);
  forEachUsable(a, service, draws, (_step, state, weight) => {
    state.set('sum', state.get('sum').add(weight.to(u64)));
  });
  for (const choice of choices) draws.set(choice, draw(b, draws.get('sum')));
  draws.set('sum', 0);
  forEachUsable(a, service, draws, (step, state, weight, load, slot) => {
    state.set('sum', state.get('sum').add(weight.to(u64)));
    for (const choice of choices) {
      step.if(
        all(state.get(`${choice}Slot`).eq(0), () => state.get('sum').ge(state.get(choice))),
        () => {
          state.set(`${choice}Slot`, slot);
          state.set(`${choice}Load`, load);
          state.set(`${choice}Weight`, weight);
        },
      );
    }
  });
  const secondIsBetter = draws
    .get('secondWeight')
    .mul(draws.get('firstLoad'))
    .sgt(draws.get('firstWeight').mul(draws.get('secondLoad')));
  return b.select(secondIsBetter, u32, draws.get('secondSlot'), draws.get('firstSlot'));
};

/** 0 to `greatest`, each as likely as the others. */
function draw(b: Builder, greatest: Value<U64>): Value<U64> {
  const number = b.random().to(u64).shl(32).or(b.random().to(u64));
  return number.mod(greatest.add(1));
}

/** Goes through the service's usable real servers in scan order. */
function forEachUsable(
  { b, maps }: Scheduling,
  service: Pointer<typeof ServiceSlot>,
  draws: DrawsPointer,
  body: (
    step: Builder,
    state: DrawsPointer,
    weight: Value<U32>,
    load: Value<U32>,
    slot: Value<U32>,
  ) => void,
): void {
  draws.set('candidate', service.get('head'));
  b.loop(service.get('count'), draws, (step, _index, state) => {
    const slot = state.get('candidate');
    const server = step.lookup(maps.realServers, slot).orReturn(1);
    state.set('candidate', server.get('next'));
    step.if(usable(server), () =>
      body(step, state, server.get('weight'), overhead(step, server).to(u32), slot),
    );
    return 0;
  });
}
