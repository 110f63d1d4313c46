import {
  all,
  any,
  u16,
  u32,
  type Condition,
  type Pointer,
  type U16,
  type U32,
  type Value,
} from '@evs/ebpf';
import {
  RealServerFlag,
  ServiceFlag,
  type RealServerSlot,
  type ServiceSlot,
} from '../../layouts.ts';
import { drop, type Assembly } from '../assembly.ts';
import { portsOf, type Origin } from '../parse.ts';
import { schedule } from '../schedule.ts';
import { callNumber, numberCall, numberNone } from './call.ts';
import { control } from './control.ts';
import { occupy } from './occupy.ts';
import { controlledBy, holderOf, isRemoved, type TemplatePointer } from './seat.ts';
import { supersede } from './supersede.ts';
import { templateKey, type TemplatePath } from './template-key.ts';

/** A real server for a new connection. */
export interface Choice {
  /** 0: there is none. */
  readonly slot: Value<U32>;
  /** Present if services may be persistent. */
  readonly template?: ChosenTemplate;
}
export interface ChosenTemplate extends TemplatePath {
  /** Not 0 if the service is persistent. */
  readonly persistent: Value<U32>;
}

/**
 * The real server of the client's template, if the service is persistent and the client has one; else the one that
 * the scheduler picks, which the client's template then keeps.
 */
export function choose(a: Assembly, service: Pointer<typeof ServiceSlot>, flow: Origin): Choice {
  const { b, features } = a;
  if (!features.persistence) return { slot: schedule(a, service, flow) };
  return b.within('choose', () => {
    const slot = b.variable(u32, 0);
    const persistent = service.get('flags').and(ServiceFlag.persistent);
    const anyCall = {
      mask: service.get('templateMask'),
      port: templatePort(a, service, flow),
      ...(features.marks && { mark: service.get('mark') }),
    };
    if (features.sip) {
      b.if(
        service.get('flags').hasBits(ServiceFlag.sip),
        () => numberCall(a, flow, templateKey(b, flow.family, flow.key, anyCall)),
        () => numberNone(a, flow),
      );
    }
    const path = { ...anyCall, ...(features.sip && { call: () => callNumber(a, flow) }) };
    const key = (): Pointer => templateKey(b, flow.family, flow.key, path);
    b.if(persistent.ne(0), () => {
      const own = key();
      b.lookup(flow.family.templates, own).match((template) => {
        slot.set(keep(a, flow, own, template));
      });
    });
    b.if(slot.eq(0), () => {
      slot.set(schedule(a, service, flow));
      b.if(
        all(slot.ne(0), () => persistent.ne(0)),
        () => {
          slot.set(occupy(a, flow, key(), service, slot));
        },
      );
    });
    return { slot, template: { ...path, persistent } };
  });
}

/** Which port templates are made for: the service's own, or any. Port 21 comes with ports for data. */
function templatePort(
  { b }: Assembly,
  service: Pointer<typeof ServiceSlot>,
  flow: Origin,
): Value<U16> {
  const port = service.get('port');
  return b.select(
    all(port.eq(portsOf(flow).destination), () => port.ne(21)),
    u16,
    () => port.reinterpret(u16),
    0,
  );
}

/** Counts a connection for a template whose real server is there. The server's slot, or 0 if it is not. */
function keep(a: Assembly, flow: Origin, key: Pointer, template: TemplatePointer): Value<U32> {
  const { b } = a;
  const kept = b.variable(u32, 0);
  const seat = template.get('seat');
  b.if(isRemoved(seat), () => drop(a, 'connection being removed'));
  const holder = holderOf(seat);
  const lives = any(template.get('expires').gt(a.now), () => controlledBy(seat).ne(0));
  b.if(
    all(holder.ne(0), () => lives),
    () => {
      b.lookup(a.maps.realServers, holder).match((server) => {
        b.if(
          takesClients(a, server),
          () => {
            control(a, template, holder);
            kept.set(holder);
          },
          () => supersede(b, flow.family, key, template, holder, server),
        );
      });
    },
  );
  return kept;
}

/**
 * A client stays with a real server that has reached its threshold, and with one of weight 0, unless
 * `expire_quiescent_template` says otherwise.
 */
function takesClients(a: Assembly, server: Pointer<typeof RealServerSlot>): Condition {
  const isAvailable = server.get('flags').hasBits(RealServerFlag.available);
  const { settings } = a.features;
  if (!settings.includes('expire_quiescent_template')) return isAvailable;
  return all(isAvailable, () => server.get('weight').ne(0));
}
