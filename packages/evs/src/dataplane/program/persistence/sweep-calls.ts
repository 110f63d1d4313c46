import { u32, type Builder, type Pointer } from '@evs/ebpf';
import type { SweepReport } from '../../layouts.ts';
import type { DirectorMaps } from '../../maps.ts';
import type { Family } from '../family.ts';

/** Forgets calls whose templates are gone. One that was looked up just now may be about to get one. */
export function sweepCalls(
  b: Builder,
  maps: DirectorMaps,
  family: Family,
  report: Pointer<typeof SweepReport>,
): void {
  b.forEach(family.calls, report, (step, key, call) => {
    const own = step.local(family.TemplateKey);
    own.copyBytes(0, key, 0, 2 * family.addressBytes + 3);
    own.store(u32, family.TemplateKey.offsetOf('superseded'), call.get('number'));
    const grace = step.staticValue(maps.settings).get('none');
    step.lookup(family.templates, own).match(
      () => undefined,
      () => {
        step.if(call.get('usedAt').add(grace).lt(step.jiffies()), () => {
          step.remove(family.calls, key);
        });
      },
    );
    return 0;
  });
}
