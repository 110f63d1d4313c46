import { all, reserved, struct, u32, u64, type Builder, type Pointer } from '@evs/ebpf';
import type { RealServerSlot } from '../layouts.ts';
import type { Scheduler } from '../program/schedule.ts';

/**
 * The level order of ip_vs_wrr: go on from the last chosen to the first whose weight reaches the level; at the
 * end of the list lower the level by one step and begin again at the head; below the last level start at the
 * highest. A pass from head to end knows the highest weight below its level, and so skips empty levels.
 */
const Round = struct('weighted_round', {
  head: u32,
  position: u32,
  level: u32,
  maximum: u32,
  step: u32,
  /** Greatest weight below the level that this pass has met. */
  below: u32,
  /** This pass began at the head. */
  whole: u32,
  chosen: u32,
  /** Whole passes from the highest level that met nothing usable at all. */
  empty: u32,
  _: reserved(4),
});
type RoundPointer = Pointer<typeof Round>;

export const weightedRoundRobin: Scheduler = (a, service) => {
  const { b, maps } = a;
  const round = b.local(Round);
  const cursor = service.get('cursor');
  round.set('head', service.get('head'));
  round.set('position', cursor.to(u32));
  round.set('level', cursor.shr(32).to(u32));
  round.set('maximum', service.get('maximum'));
  round.set('step', service.get('step'));
  round.set('whole', b.select(cursor.to(u32).eq(0), u32, 1, 0));
  b.if(service.get('maximum').ne(0), () => {
    b.loop(service.get('count').add(1).mul(4), round, (step, _index, state) => {
      const next = step.variable(u32, state.get('head'));
      const position = state.get('position');
      step.if(position.ne(0), () => {
        const current = step.lookup(maps.realServers, position).orReturn(1);
        next.set(current.get('next'));
      });
      step.if(next.eq(0), () => {
        lowerLevel(step, state);
        step.return(state.get('empty').and(1));
      });
      const server = step.lookup(maps.realServers, next).orReturn(1);
      state.set('position', next);
      consider(step, state, server);
      return state.get('chosen').and(1);
    });
  });
  const chosen = round.get('chosen');
  b.if(chosen.ne(0), () => {
    service.set('cursor', round.get('level').to(u64).shl(32).or(round.get('position').to(u64)));
  });
  const slot = b.variable(u32, 0);
  b.if(chosen.ne(0), () => slot.set(round.get('position')));
  return slot;
};

/** Takes the real server if its weight reaches the level; else remembers how high it is. */
function consider(
  step: Builder,
  state: RoundPointer,
  server: Pointer<typeof RealServerSlot>,
): void {
  const weight = server.get('weight');
  step.if(
    all(weight.ne(0), () => server.get('overloaded').eq(0)),
    () => {
      step.if(
        weight.ge(state.get('level')),
        () => state.set('chosen', 1),
        () => step.if(weight.gt(state.get('below')), () => state.set('below', weight)),
      );
    },
  );
}

/** The end of the list: next level, from the head. */
function lowerLevel(step: Builder, state: RoundPointer): void {
  const level = state.get('level');
  const width = state.get('step');
  const below = state.get('below');
  const lower = step.variable(u32, 0);
  step.if(
    state.get('whole').ne(0),
    () => {
      // Levels above the greatest weight met are empty: the next one that is not, on the same raster.
      step.if(below.ne(0), () => {
        const steps = level.sub(below).add(width).sub(1).div(width);
        step.if(level.gt(steps.mul(width)), () => lower.set(level.sub(steps.mul(width))));
      });
      step.if(
        all(below.eq(0), () => level.eq(state.get('maximum'))),
        () => state.set('empty', 1),
      );
    },
    () => step.if(level.gt(width), () => lower.set(level.sub(width))),
  );
  step.if(lower.eq(0), () => lower.set(state.get('maximum')));
  state.set('level', lower);
  state.set('position', 0);
  state.set('below', 0);
  state.set('whole', 1);
}
