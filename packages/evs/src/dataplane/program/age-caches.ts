import { any, struct, u32, u64, type Builder } from '@evs/ebpf';
import { CacheKey, cacheNominal } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';

/** Rounds after which what has not been used for the time of the settings goes, as in ip_vs. */
const fullRounds = 30;
/** In a crowded cache entries go that have not been used for so many rounds: six minutes. */
const crowdedRounds = 6;

const Aging = struct('aging', {
  now: u64,
  idle: u64,
  expiration: u64,
  setExpiration: u64,
  entries: u64,
});

/** Forgets what lblc and lblcr have not used for long, once a minute, as ip_vs does. */
export function ageCaches(b: Builder, maps: DirectorMaps): void {
  b.within('age_caches', () => {
    const state = b.staticValue(maps.cacheState);
    const settings = b.staticValue(maps.settings);
    const now = b.jiffies();
    const round = settings.get('cacheRound');
    b.if(now.ge(state.get('agedAt').add(round)), () => {
      const never = (1n << 63n) - 1n;
      const rounds = state.get('rounds').add(1);
      const isFull = rounds.mod(fullRounds).eq(0);
      const aging = b.local(Aging, {
        now,
        idle: b.select(
          state.get('entries').gt(cacheNominal),
          u64,
          () => round.mul(crowdedRounds),
          never,
        ),
        expiration: b.select(isFull, u64, settings.get('lblcExpiration'), never),
        setExpiration: b.select(isFull, u64, settings.get('lblcrExpiration'), never),
      });
      b.forEach(maps.cache, aging, (step, key, entry, context) => {
        context.set('entries', context.get('entries').add(1));
        const unused = context.get('now').sub(entry.get('lastUsed'));
        const limit = step.select(
          entry.get('size').eq(0),
          u64,
          context.get('expiration'),
          context.get('setExpiration'),
        );
        step.if(
          any(unused.sgt(context.get('idle')), () => unused.sgt(limit)),
          () => {
            step.remove(maps.cache, key);
          },
        );
        return 0;
      });
      forgetMembers(b, maps);
      state.set('agedAt', now);
      state.set('rounds', rounds);
      state.set('entries', aging.get('entries').to(u32));
    });
  });
}

const Nothing = struct('nothing', { unused: u64 });

/** Members of sets that are not there any more. */
function forgetMembers(b: Builder, maps: DirectorMaps): void {
  b.forEach(maps.cacheMembers, b.local(Nothing), (step, member, value) => {
    const key = step.local(CacheKey);
    key.copyBytes(0, member, 0, CacheKey.offsetOf('cache') + 4);
    const forget = (): void => {
      step.remove(maps.cacheMembers, member);
    };
    step
      .lookup(maps.cache, key)
      .match((entry) => step.if(entry.get('epoch').ne(value.get('epoch')), forget), forget);
    return 0;
  });
}
