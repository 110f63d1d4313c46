import {
  be16,
  subprogram,
  u32,
  u64,
  type Builder,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { RealServerSlot, Template, TemplateSeat } from '../../layouts.ts';
import type { Family } from '../family.ts';
import { ofFamily } from '../of-family.ts';
import { controlledBy, tries, type TemplatePointer } from './seat.ts';
import { makeSuperseded, supersededKey, supersededPort } from './template-key.ts';

/**
 * Takes a template away from a real server that takes no more clients. What is left of it, with the connections
 * that it controls, lives on under a key of its own until its time is over, as in ip_vs.
 */
export function supersede(
  b: Builder,
  family: Family,
  key: Pointer,
  template: TemplatePointer,
  holder: Value<U32>,
  server: Pointer<typeof RealServerSlot>,
): void {
  b.call(supersedeRoutine(family), key, template, holder, server);
}

const supersedeRoutine = ofFamily((family) =>
  subprogram(
    `supersede_${family.name}`,
    [family.TemplateKey, Template, u32, RealServerSlot],
    (b, givenKey, givenTemplate, holder, givenServer) => {
      const [key, template, server] = [
        givenKey.orReturn(0),
        givenTemplate.orReturn(0),
        givenServer.orReturn(0),
      ] as const;
      const remains = supersededKey(b, family, key, holder);
      // They must be there before connections can no longer be found under the template.
      leaveRemains(b, family, remains, template, server);
      b.repeat(tries, (_, loop) => {
        const seat = template.get('seat');
        b.if(seat.shr(TemplateSeat.holderShift).ne(holder.to(u64)), () => loop.break());
        b.if(template.compareExchange('seat', seat, 0).eq(seat), () => {
          server.atomicAdd('persistent', -1);
          b.lookup(family.templates, remains).match((found) => {
            found.atomicAdd('seat', controlledBy(seat));
          });
          loop.break();
        });
      });
      return 0;
    },
  ),
);

function leaveRemains(
  b: Builder,
  family: Family,
  key: Pointer,
  template: TemplatePointer,
  server: Pointer<typeof RealServerSlot>,
): void {
  const remains = b.local(Template);
  remains.copy('expires', template, 'expires');
  remains.copy('timeout', template, 'timeout');
  remains.copy('assured', template, 'assured');
  remains.store(be16, Template.offsetOf('port'), supersededPort);
  server.atomicAdd('persistent', 1);
  b.if(b.update(family.templates, key, remains, 'create').ne(0), () => {
    server.atomicAdd('persistent', -1);
  });
}

/** Takes a connection off what is left of its template, whose key becomes that of the remains. */
export function forgetByRemains(
  b: Builder,
  family: Family,
  key: Pointer,
  holder: Value<U32>,
): void {
  makeSuperseded(family, key, holder);
  b.lookup(family.templates, key).match((remains) => {
    // This may come before `supersede` adds what it moves: the sum is right in the end.
    remains.atomicAdd('seat', -1);
  });
}
