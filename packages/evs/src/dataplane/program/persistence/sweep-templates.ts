import { all, any, u32, u64, type Builder, type Pointer, type U32, type Value } from '@evs/ebpf';
import { TemplateSeat, type SweepReport } from '../../layouts.ts';
import type { DirectorMaps } from '../../maps.ts';
import type { Features } from '../assembly.ts';
import { isVisited } from '../end-early.ts';
import type { Family } from '../family.ts';
import { controlledBy, holderOf, type TemplatePointer } from './seat.ts';

/** Removes templates whose time is over; one that still controls connections gets another minute, as in ip_vs. */
export function sweepTemplates(
  b: Builder,
  maps: DirectorMaps,
  features: Features,
  family: Family,
  report: Pointer<typeof SweepReport>,
): void {
  b.forEach(family.templates, report, (step, key, template, order) => {
    const seat = template.get('seat');
    const superseded = key.load(u32, family.TemplateKey.offsetOf('superseded'));
    const holder = step.variable(u32, superseded);
    const controlled = step.variable(u64, seat);
    // A call's number is negative.
    const isWhole = features.sip ? superseded.sle(0) : superseded.eq(0);
    step.if(isWhole, () => {
      holder.set(holderOf(seat));
      controlled.set(controlledBy(seat));
    });
    if (features.settings.includes('drop_entry')) {
      const isExpendable = all(
        order.get('dropEntry').ne(0),
        () => isVisited(step),
        template.get('assured').eq(0),
        controlled.sle(0),
      );
      step.if(isExpendable, () => template.set('expires', 0));
    }
    // One that has lost its real server and got no other is nothing any more.
    step.if(any(holder.eq(0), template.get('expires').le(step.jiffies())), () => {
      step.if(
        controlled.sgt(0),
        () => rearm(step, maps, template),
        () => {
          const removed = seat.or(TemplateSeat.removed);
          step.if(template.compareExchange('seat', seat, removed).eq(seat), () => {
            leave(step, maps, holder);
            step.remove(family.templates, key);
          });
        },
      );
    });
    return 0;
  });
}

/** Its time of its own is lost by this: later connections give it a minute, too. */
function rearm(b: Builder, maps: DirectorMaps, template: TemplatePointer): void {
  const again = b.staticValue(maps.settings).get('templateRearm');
  template.set('timeout', again.to(u32));
  template.set('expires', b.jiffies().add(again));
}

function leave(b: Builder, maps: DirectorMaps, holder: Value<U32>): void {
  b.if(holder.ne(0), () => {
    b.lookup(maps.realServers, holder).match((server) => server.atomicAdd('persistent', -1));
  });
}
