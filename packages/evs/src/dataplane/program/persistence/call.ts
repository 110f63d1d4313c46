import {
  packetOf,
  subprogram,
  u32,
  type Builder,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Ethernet, IpProtocol, Udp } from '../../../packet/index.ts';
import { Call, callBit } from '../../call-layouts.ts';
import type { DirectorMaps } from '../../maps.ts';
import { drop, type Assembly, type Hook } from '../assembly.ts';
import type { Family } from '../family.ts';
import { ofFamily } from '../of-family.ts';
import type { Flow, Origin } from '../parse.ts';
import { findCallId } from './call-id.ts';
import type { CallScan } from './read-character.ts';

/** What the routine returns. */
const CallOutcome = { noCallId: 0, noRoom: 1, found: 2 } as const;

/**
 * Finds the number that stands for a datagram's Call-ID in the client's template, whose key without it is given; see
 * `callNumber`. Drops what is not UDP and what has no Call-ID, as ip_vs does; also what is only quoted, mostly without
 * its content.
 */
export function numberCall(a: Assembly, flow: Flow | Origin, templateKey: Pointer): void {
  const { b, packet } = a;
  b.within('number_call', () => {
    if (!('ports' in flow)) return drop(a, 'no Call-ID');
    b.if(flow.protocol.ne(IpProtocol.udp), () => drop(a, 'no Call-ID'));
    const at = b.variable(u32, flow.transportAt).add(Udp.sizeBytes);
    const end = flow.length.add(Ethernet.sizeBytes);
    const routine = callRoutine(flow.family, a.hook, a.maps);
    const outcome = b.call(routine, packet, templateKey, at, end).to(u32);
    b.switch(outcome, [
      [CallOutcome.noCallId, () => drop(a, 'no Call-ID')],
      [CallOutcome.noRoom, () => drop(a, 'connection table full')],
    ]);
  });
}

/** Of a packet whose service does not ask. */
export const numberNone = (a: Assembly, flow: Origin): void => scanOf(a, flow).set('number', 0);

/** What `numberCall` or `numberNone` found for this packet: one processor has one packet at a time, and the stack is short. */
export const callNumber = (a: Assembly, flow: Origin): Value<U32> => scanOf(a, flow).get('number');

const scanOf = ({ b, verdict }: Assembly, { family }: Origin): CallScan =>
  b.lookup(family.callScan, 0).orReturn(verdict.drop);

const callRoutine = ofFamily((family, hook: Hook, maps: DirectorMaps) =>
  subprogram(
    `call_${family.name}`,
    [packetOf(hook), family.TemplateKey, u32, u32],
    (b, packet, given, at, end) => {
      const scan: CallScan = b.lookup(family.callScan, 0).orReturn(CallOutcome.noCallId);
      // Kernel 6.1 takes keys from the stack and from maps only.
      const templateKey = b.local(family.TemplateKey);
      templateKey.copyBytes(
        0,
        given.orReturn(CallOutcome.noCallId),
        0,
        family.TemplateKey.sizeBytes,
      );
      const key = scan.view('key');
      // What the keys of templates and of calls have in common.
      key.copyBytes(0, templateKey, 0, 2 * family.addressBytes + 3);
      const found = findCallId(b, packet, hook, family, { at, end }, scan);
      b.if(found.eq(0), () => b.return(CallOutcome.noCallId));
      const call = b.lookup(family.calls, key).orElse(() => {
        const number = newNumber(b, maps, family, templateKey);
        b.update(family.calls, key, b.local(Call, { usedAt: b.jiffies(), number }), 'create');
        return b.lookup(family.calls, key).orReturn(CallOutcome.noRoom);
      });
      call.set('usedAt', b.jiffies());
      scan.set('number', call.get('number'));
      return CallOutcome.found;
    },
  ),
);

/** Enough for numbers that have come round once to miss those that are still in use. */
const tries = 8;

/** A number that none of the client's templates has. */
function newNumber(
  b: Builder,
  maps: DirectorMaps,
  family: Family,
  templateKey: Pointer,
): Value<U32> {
  const number = b.variable(u32, 0);
  b.repeat(tries, (_, loop) => {
    const next = b.staticValue(maps.callCounter).fetchAdd('next', 1);
    number.set(next.shl(8).or(callBit));
    templateKey.store(u32, family.TemplateKey.offsetOf('superseded'), number);
    b.lookup(family.templates, templateKey).match(
      () => undefined,
      () => loop.break(),
    );
  });
  return number;
}
