import { all, any, not, u32, u64, type Pointer } from '@evs/ebpf';
import { Adoption, Template } from '../../layouts.ts';
import { conclude, type Adopting } from '../adopting.ts';
import { controlledBy, holderOf, isRemoved, seatOf, type TemplatePointer } from './seat.ts';

/**
 * A template with the same real server is prolonged; one with another stays, as in ip_vs, unless its time is over.
 * It controls nothing here: connections that come from other directors are counted by no template.
 */
export function adoptTemplate(adopting: Adopting): void {
  const { b, family, record } = adopting;
  const key = b.local(family.TemplateKey);
  key.copyBytes(0, record, 0, family.TemplateKey.sizeBytes);
  b.lookup(family.templates, key).match(
    (found) => update(adopting, found),
    () => create(adopting, key),
  );
}

function update(adopting: Adopting, found: TemplatePointer): void {
  const { b, record } = adopting;
  const seat = b.variable(u64, found.get('seat'));
  const holder = b.variable(u32, holderOf(seat));
  b.if(
    holder.eq(record.get('realServer')),
    () => {
      prolong(adopting, found);
      conclude(adopting, 'updated');
    },
    () => {
      const isOver = all(found.get('expires').le(b.jiffies()), () => controlledBy(seat).eq(0));
      b.if(
        all(not(isRemoved(seat)), () => any(holder.eq(0), () => isOver)),
        () => takeOver(adopting, found),
        () => conclude(adopting, 'ignored'),
      );
    },
  );
}

function prolong({ b, record }: Adopting, found: TemplatePointer): void {
  found.set('expires', b.jiffies().add(record.get('timeout')));
  found.set('timeout', record.get('timeout').to(u32));
  b.if(record.get('word').ne(0), () => found.set('assured', 1));
}

function takeOver(adopting: Adopting, found: TemplatePointer): void {
  const { b, maps, record, server } = adopting;
  const seat = b.variable(u64, found.get('seat'));
  // Before anybody finds the new real server in it.
  prolong(adopting, found);
  b.if(
    found.compareExchange('seat', seat, seatOf(record.get('realServer'), 0)).eq(seat),
    () => {
      server.atomicAdd('persistent', 1);
      found.copyBytes(Template.offsetOf('port'), record, Adoption.offsetOf('port'), 2);
      b.lookup(maps.realServers, holderOf(seat)).match((former) => {
        b.if(holderOf(seat).ne(0), () => former.atomicAdd('persistent', -1));
      });
      conclude(adopting, 'made');
    },
    () => conclude(adopting, 'being changed'),
  );
}

function create(adopting: Adopting, key: Pointer): void {
  const { b, family, record, server } = adopting;
  const template = b.local(Template);
  template.set('expires', b.jiffies().add(record.get('timeout')));
  template.set('seat', seatOf(record.get('realServer'), 0));
  template.set('timeout', record.get('timeout').to(u32));
  template.set('assured', record.get('word'));
  template.copyBytes(Template.offsetOf('port'), record, Adoption.offsetOf('port'), 2);
  server.atomicAdd('persistent', 1);
  b.if(
    b.update(family.templates, key, template, 'create').ne(0),
    () => {
      server.atomicAdd('persistent', -1);
      conclude(adopting, 'table full');
    },
    () => conclude(adopting, 'made'),
  );
}
