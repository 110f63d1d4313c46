import {
  all,
  any,
  bytes,
  reserved,
  SkBuff,
  struct,
  u16,
  u32,
  u64,
  type Condition,
  type Optional,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import type { MatchRule, ServiceIndex } from '../layouts.ts';
import type { Assembly } from './assembly.ts';
import { portsOf, type Origin } from './parse.ts';

/** What rules ask of a packet. Ports are in host order. */
const Asked = struct('asked', {
  source: bytes(16),
  destination: bytes(16),
  sourcePort: u16,
  destinationPort: u16,
  family: u32,
  protocol: u32,
  /** Index of the first rule. */
  base: u32,
  /** The answer; 0: none fits. */
  mark: u32,
  _: reserved(4),
});

/** The service of the packet's firewall mark, whatever its VIP, protocol and port. */
export function findMarkService(a: Assembly, flow: Origin): Optional<Pointer<typeof ServiceIndex>> {
  const { b, maps } = a;
  const mark = markOf(a, flow);
  const family = numberOf(flow);
  return b.whenever(mark.ne(0), () => b.lookup(maps.markServices, { mark, family }));
}

const numberOf = ({ family }: Origin): number => (family.name === 'ipv4' ? 4 : 6);

/** The packet's firewall mark: of the first rule of ours that fits, else the one that it brings along; or 0. */
function markOf(a: Assembly, flow: Origin): Value<U32> {
  const { b, features, packet } = a;
  return b.within('mark', () => {
    const mark = b.variable(u32, features.matchRules ? matchedMark(a, flow) : 0);
    if (packet.hook === 'tc') {
      b.if(mark.eq(0), () => mark.set(packet.context.load(u32, SkBuff.offsetOf('mark'))));
    }
    return mark;
  });
}

function matchedMark({ b, maps }: Assembly, flow: Origin): Value<U32> {
  const { key, family } = flow;
  const ports = portsOf(flow);
  const rules = b.staticValue(maps.settings).get('matchRules');
  const asked = b.local(Asked);
  asked.copyBytes(0, key, 0, family.addressBytes);
  asked.copyBytes(16, key, family.addressBytes, family.addressBytes);
  asked.set('sourcePort', ports.source.host());
  asked.set('destinationPort', ports.destination.host());
  asked.set('family', numberOf(flow));
  asked.set('protocol', flow.protocol.to(u32));
  asked.set('base', rules.shr(32).to(u32));
  b.loop(rules.to(u32), asked, (step, index, state) => {
    const rule = step.lookup(maps.matchRules, state.get('base').add(index)).orReturn(1);
    step.if(fits(state, rule), () => {
      state.set('mark', rule.get('mark'));
      step.return(1);
    });
    return 0;
  });
  return asked.get('mark');
}

function fits(asked: Pointer<typeof Asked>, rule: Pointer<typeof MatchRule>): Condition {
  const sourcePort = asked.get('sourcePort');
  const destinationPort = asked.get('destinationPort');
  return all(
    rule.get('family').eq(asked.get('family')),
    () => isAnyOr(rule.get('protocol'), asked.get('protocol')),
    () => destinationPort.ge(rule.get('firstDestinationPort')),
    () => destinationPort.le(rule.get('lastDestinationPort')),
    () => sourcePort.ge(rule.get('firstSourcePort')),
    () => sourcePort.le(rule.get('lastSourcePort')),
    () => isIn(asked, rule, 'destination'),
    () => isIn(asked, rule, 'source'),
  );
}

const isAnyOr = (wanted: Value<U32>, given: Value<U32>): Condition =>
  any(wanted.eq(0), wanted.eq(given));

/** The bits of the address that the rule's mask names are those of the rule. */
function isIn(
  asked: Pointer<typeof Asked>,
  rule: Pointer<typeof MatchRule>,
  field: 'source' | 'destination',
): Condition {
  const halves = [0, 8].map((half) => (): Condition => {
    const address = asked.load(u64, asked.layout.offsetOf(field) + half);
    const mask = rule.load(u64, rule.layout.offsetOf(`${field}Mask`) + half);
    return address.and(mask).eq(rule.load(u64, rule.layout.offsetOf(field) + half));
  });
  return all(...halves);
}
