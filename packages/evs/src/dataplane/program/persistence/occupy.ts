import { all, any, not, u32, u64, type Pointer, type U32, type Value } from '@evs/ebpf';
import { Template, type RealServerSlot, type ServiceSlot } from '../../layouts.ts';
import { drop, type Assembly } from '../assembly.ts';
import { findRealServer } from '../find.ts';
import { portsOf, type Origin } from '../parse.ts';
import { control } from './control.ts';
import { controlledBy, holderOf, isRemoved, seatOf, type TemplatePointer } from './seat.ts';

/**
 * Makes the client's template for the real server that was picked, controlling one connection. If another packet
 * of the client was faster, its real server is the one. Returns its slot.
 */
export function occupy(
  a: Assembly,
  flow: Origin,
  key: Pointer,
  service: Pointer<typeof ServiceSlot>,
  picked: Value<U32>,
): Value<U32> {
  const { b } = a;
  return b.within('occupy', () => {
    const { templates } = flow.family;
    const slot = b.variable(u32, picked);
    const server = findRealServer(a, picked);
    server.atomicAdd('persistent', 1);
    const fresh = describe(a, flow, service, server, picked);
    b.if(b.update(templates, key, fresh, 'create').ne(0), () => {
      const found = b.lookup(templates, key).orElse(() => {
        server.atomicAdd('persistent', -1);
        drop(a, 'connection table full');
      });
      const taken = takeOver(a, found, fresh);
      b.if(taken.eq(0), () => {
        server.atomicAdd('persistent', -1);
        slot.set(holderOf(found.get('seat')));
        control(a, found, slot);
      });
    });
    return slot;
  });
}

/** Fills an entry whose time is over, or that lost its real server, with the new template. 1 if done. */
function takeOver(a: Assembly, found: TemplatePointer, fresh: TemplatePointer): Value<U32> {
  const { b } = a;
  const taken = b.variable(u32, 0);
  const seat = found.get('seat');
  const holder = holderOf(seat);
  const isOver = all(found.get('expires').le(a.now), () => controlledBy(seat).eq(0));
  b.if(all(not(isRemoved(seat)), any(holder.eq(0), isOver)), () => {
    // Before anybody finds the new real server in it.
    found.copy('expires', fresh, 'expires');
    b.if(found.compareExchange('seat', seat, fresh.get('seat')).eq(seat), () => {
      taken.set(1);
      found.copy('timeout', fresh, 'timeout');
      found.copy('assured', fresh, 'assured');
      found.copy('port', fresh, 'port');
      b.lookup(a.maps.realServers, holder).match((server) => {
        b.if(holder.ne(0), () => server.atomicAdd('persistent', -1));
      });
    });
  });
  return taken;
}

/** The new entry, on the stack. Of a service on its own port, the real server's port is the template's. */
function describe(
  { b, now }: Assembly,
  flow: Origin,
  service: Pointer<typeof ServiceSlot>,
  server: Pointer<typeof RealServerSlot>,
  picked: Value<U32>,
): TemplatePointer {
  const timeout = service.get('persistenceTimeout');
  const template = b.local(Template);
  template.set('expires', now.add(timeout.to(u64)));
  template.set('seat', seatOf(picked, 1));
  template.set('timeout', timeout);
  const port = service.get('port');
  b.if(
    all(port.eq(portsOf(flow).destination), () => port.ne(21)),
    () => template.copy('port', server, 'port'),
  );
  return template;
}
