import { syscall, u32, type Program } from '@evs/ebpf';
import { SweepReport } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { hasCache } from '../scheduler/has-cache.ts';
import { ageCaches } from './age-caches.ts';
import type { Features } from './assembly.ts';
import { endEarly } from './end-early.ts';
import { ipv4, ipv6 } from './family.ts';
import { sweepCalls } from './persistence/sweep-calls.ts';
import { sweepTemplates } from './persistence/sweep-templates.ts';
import { retire } from './retire.ts';

/** Removes what has expired, inside the kernel: one system call visits every connection. */
export function sweepProgram(maps: DirectorMaps, features: Features): Program {
  return syscall('evs_sweep', SweepReport, (b, context) => {
    const families = [
      ...(features.ipv4 ? [ipv4(maps)] : []),
      ...(features.ipv6 ? [ipv6(maps)] : []),
    ];
    const sum = b.local(SweepReport);
    for (const family of families) {
      const report = b.local(SweepReport, {
        patience: context.get('patience'),
        dropEntry: context.get('dropEntry'),
      });
      b.forEach(family.connections, report, (step, key, connection, state) => {
        state.set('visited', state.get('visited').add(1));
        const now = step.jiffies();
        step.if(
          connection.get('expires').le(now),
          () => {
            state.set('expired', state.get('expired').add(1));
            retire(step, features, maps, family, key, connection);
          },
          () => endEarly({ b: step, maps, features, family, key, connection, now, order: state }),
        );
        return 0;
      });
      sum.set('visited', sum.get('visited').add(report.get('visited')));
      sum.set('expired', sum.get('expired').add(report.get('expired')));
      const left = report.get('visited').sub(report.get('expired'));
      context.set(family.name === 'ipv4' ? 'left4' : 'left6', left);
      if (features.persistence) sweepTemplates(b, maps, features, family, report);
      if (features.sip) sweepCalls(b, maps, family, report);
    }
    if (features.schedulers.some(hasCache)) ageCaches(b, maps);
    context.set('visited', sum.get('visited'));
    context.set('expired', sum.get('expired'));
    context.set('now', b.jiffies());
    b.return(b.constant(u32, 0));
  });
}
