import type { Builder, U8, Value } from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import type { Features } from './assembly.ts';

const protocols = ['tcp', 'udp', 'sctp'] as const;

/** Does what the flow's protocol asks for, of those that are used. The last one is not asked about. */
export function byProtocol(
  b: Builder,
  features: Features,
  protocol: Value<U8>,
  cases: Readonly<Record<(typeof protocols)[number], () => void>>,
): void {
  const choose = ([first, ...rest]: (typeof protocols)[number][]): void => {
    if (first === undefined) return;
    if (rest.length === 0) cases[first]();
    else b.if(protocol.eq(IpProtocol[first]), cases[first], () => choose(rest));
  };
  choose(protocols.filter((name) => features[name]));
}
