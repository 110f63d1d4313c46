import {
  all,
  any,
  not,
  u32,
  u64,
  u8,
  type Builder,
  type Condition,
  type LazyCondition,
  type Pointer,
  type U64,
  type Value,
} from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import { evictionReasons, type EvictionReason } from '../eviction-reasons.ts';
import {
  ConnectionFlag,
  packetCountMask,
  stateMask,
  type Connection,
  type SweepReport,
} from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { sctpStateBits } from '../sctp-states.ts';
import { stateBits, stateNumber } from '../tcp-states.ts';
import type { Features } from './assembly.ts';
import type { Family } from './family.ts';
import { isAvailable } from './find.ts';
import { isHalfOpen } from './half-open.ts';
import { evict } from './retire.ts';

/** A connection that a sweep visits and that has not expired. */
export interface Visit {
  readonly b: Builder;
  readonly maps: DirectorMaps;
  readonly features: Features;
  readonly family: Family;
  readonly key: Pointer;
  readonly connection: Pointer<typeof Connection>;
  readonly now: Value<U64>;
  readonly order: Pointer<typeof SweepReport>;
}

/** Throws a connection out if there is a reason: its real server is gone, or the table is running full. */
export function endEarly(visit: Visit): void {
  const { b, maps, features, family, key, connection } = visit;
  b.within('end_early', () => {
    const word = connection.get('word');
    const reason = b.variable(u32, noReason);
    for (const [name, holds] of reasonsFor(visit, word)) {
      b.if(holds, () => reason.set(evictionReasons.indexOf(name)));
    }
    b.if(all(reason.ne(noReason), not(word.hasBits(ConnectionFlag.removed))), () =>
      evict(b, features, maps, family, key, connection, word, reason),
    );
  });
}

const noReason = evictionReasons.length;

function reasonsFor(visit: Visit, word: Value<typeof u32>): [EvictionReason, LazyCondition][] {
  const { settings, tcp, sctp } = visit.features;
  return [
    ...(settings.includes('drop_entry')
      ? [['drop_entry', () => isExpendable(visit, word)] as [EvictionReason, LazyCondition]]
      : []),
    ...(tcp || sctp
      ? [
          ['half-open for too long', () => waitsTooLong(visit, word)] as [
            EvictionReason,
            LazyCondition,
          ],
        ]
      : []),
    ...(settings.includes('expire_nodest_conn')
      ? [['real server deleted', () => isOrphan(visit)] as [EvictionReason, LazyCondition]]
      : []),
  ];
}

/** expire_nodest_conn: its real server is not configured any more. */
function isOrphan({ b, maps, connection }: Visit): Condition {
  const orphan = b.variable(u32, 0);
  b.lookup(maps.realServers, connection.get('realServer')).match((server) => {
    b.if(not(isAvailable(server)), () => orphan.set(1));
  });
  return orphan.ne(0);
}

/** Our own defence of the table: half-open connections get less time while it is nearly full. */
function waitsTooLong(visit: Visit, word: Value<typeof u32>): Condition {
  const { b, order } = visit;
  const patience = order.get('patience');
  return all(patience.ne(0), isHalfOpen(b, word), () => {
    const settings = b.staticValue(visit.maps.settings);
    // What is left of the half-open states is SCTP's.
    const timeout = b.variable(u64, settings.get('sctp'));
    b.switch(word.and(stateMask), [
      [stateNumber('SYN_RECV'), () => timeout.set(settings.get('synReceived'))],
      [stateNumber('SYNACK'), () => timeout.set(settings.get('synAck'))],
    ]);
    return idleFor(visit, timeout).ge(patience);
  });
}

/** One connection in so many is looked at by each sweep. */
const share = 32;
/** drop_entry looks at this one. */
export const isVisited = (b: Builder): Condition =>
  b
    .random()
    .and(share - 1)
    .eq(0);

/** Idle flows may go if they have had but so many packets. */
const fewPackets = 8;

/**
 * drop_entry, by the rules of ip_vs: half-open connections, and established ones and UDP flows that have been
 * idle for a minute after N packets, N being 8 or less: one in N of those.
 */
function isExpendable(visit: Visit, word: Value<typeof u32>): Condition {
  const { b, order, connection } = visit;
  const packets = connection.get('packets').and(packetCountMask);
  const isIdle = (): Condition =>
    all(
      any(isUdp(visit), () => isEstablished(visit, word)),
      packets.ne(0),
      packets.le(fewPackets),
      () => {
        const settings = b.staticValue(visit.maps.settings);
        const timeout = b.select(
          isUdp(visit),
          u64,
          () => settings.get('udp'),
          () => settings.get('established'),
        );
        return idleFor(visit, timeout).ge(settings.get('idle'));
      },
      () => b.random().mod(packets).eq(0),
    );
  return all(order.get('dropEntry').ne(0), () => isVisited(b), any(isHalfOpen(b, word), isIdle));
}

const isEstablished = ({ b }: Visit, word: Value<typeof u32>): Condition =>
  b.constant(u32, established).shr(word.and(stateMask)).and(1).ne(0);
const established = stateBits(['ESTABLISHED']) | sctpStateBits(['ESTABLISHED']);

const isUdp = ({ family, key }: Visit): Condition =>
  key.load(u8, 2 * family.addressBytes + 4).eq(IpProtocol.udp);

/** Jiffies since the last packet of a connection that such a timeout began with. */
const idleFor = ({ connection, now }: Visit, timeout: Value<U64>): Value<U64> =>
  timeout.add(now).sub(connection.get('expires'));
