import { subprogram, u16, u32, type Builder, type Pointer, type U32, type Value } from '@evs/ebpf';
import { callMask } from '../../call-layouts.ts';
import { Connection, ConnectionFlag } from '../../layouts.ts';
import { drop, type Assembly, type Features } from '../assembly.ts';
import type { Family } from '../family.ts';
import { ofFamily } from '../of-family.ts';
import { changeControlled, controlOneMore, type TemplatePointer } from './seat.ts';
import { forgetByRemains } from './supersede.ts';
import { templateKey } from './template-key.ts';

/** Counts a new connection for its template, whose time begins again. */
export function control(a: Assembly, template: TemplatePointer, holder: Value<U32>): void {
  const { b, now } = a;
  // Its time was over while it was in use, which leaves it with another; the sweep has not come yet.
  b.if(template.get('expires').le(now), () => {
    const rearm = b.staticValue(a.maps.settings).get('templateRearm');
    template.set('timeout', rearm.to(u32));
  });
  template.set('expires', now.add(template.get('timeout').to(now.type)));
  b.if(b.call(controlOneMore, template, holder).eq(0), () => drop(a, 'connection being removed'));
}

type ConnectionPointer = Pointer<typeof Connection>;

/** Takes a connection that ends off its template, if it has one. */
export function release(
  b: Builder,
  features: Features,
  family: Family,
  flowKey: Pointer,
  connection: ConnectionPointer,
): void {
  b.if(connection.get('word').hasBits(ConnectionFlag.controlled), () => {
    b.call(releaseRoutine(family, features), flowKey, connection);
  });
}

const releaseRoutine = ofFamily((family, features: Features) =>
  subprogram(`release_${family.name}`, [family.FlowKey, Connection], (b, givenKey, given) => {
    const connection = given.orReturn(0);
    const key = templateKeyOf(b, features, family, givenKey.orReturn(0), connection);
    const holder = connection.get('realServer');
    b.lookup(family.templates, key).match((template) => {
      b.if(changeControlled(b, template, holder, -1).ne(0), () => b.return(0));
    });
    forgetByRemains(b, family, key, holder);
    return 0;
  }),
);

/** Marks the template of a connection that has been answered; `ASSURED` in listings. */
export function assure(
  b: Builder,
  features: Features,
  family: Family,
  flowKey: Pointer,
  connection: ConnectionPointer,
): void {
  b.if(connection.get('word').hasBits(ConnectionFlag.controlled), () => {
    b.within('assure', () => {
      b.lookup(family.templates, templateKeyOf(b, features, family, flowKey, connection)).match(
        (template) => {
          b.if(template.get('assured').eq(0), () => template.set('assured', 1));
        },
      );
    });
  });
}

/** Key of the template that counts a connection. */
export const templateKeyOf = (
  b: Builder,
  features: Features,
  family: Family,
  flowKey: Pointer,
  connection: ConnectionPointer,
): Pointer =>
  templateKey(b, family, flowKey, {
    mask: connection.get('templateMask'),
    mark: connection.get('mark'),
    ...(features.sip && { call: () => connection.get('packets').and(callMask) }),
    port: connection.load(u16, connection.layout.offsetOf('templatePort')),
  });
