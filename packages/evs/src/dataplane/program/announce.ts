import {
  all,
  any,
  u32,
  u64,
  type Builder,
  type Condition,
  type Pointer,
  type U32,
  type U64,
  type Value,
  type Variable,
} from '@evs/ebpf';
import { IpProtocol } from '../../packet/index.ts';
import { callMask } from '../call-layouts.ts';
import {
  Announcement,
  ConnectionFlag,
  EntryKind,
  stateMask,
  toldAt,
  type Connection,
} from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { sctpStateBits } from '../sctp-states.ts';
import { stateBits } from '../tcp-states.ts';
import type { Assembly } from './assembly.ts';
import type { Flow } from './parse.ts';
import { templateKeyOf } from './persistence/control.ts';
import { holderOf } from './persistence/seat.ts';

type ConnectionPointer = Pointer<typeof Connection>;

/** States that ip_vs tells of; UDP's one is told of by number of packets alone. */
const toldStates =
  stateBits(['ESTABLISHED', 'FIN_WAIT', 'CLOSE', 'CLOSE_WAIT', 'TIME_WAIT']) |
  sctpStateBits(['ESTABLISHED', 'S-SENT', 'S-RECEIVED', 'S-ACK-SENT', 'CLOSED']);

/**
 * Tells other directors of a client's packet's connection: of a change of state at once, else of every so many packets;
 * and then of its template. ip_vs lets a connection that becomes established wait for its packets, and loses it if its
 * director dies before. Clients on the director are nobody else's.
 */
export function announce(a: Assembly, flow: Flow, connection: ConnectionPointer): void {
  const { b, features } = a;
  b.within('announce', () => {
    const word = b.variable(u32, connection.get('word'));
    b.if(
      word.hasBits(ConnectionFlag.local),
      () => undefined,
      () => {
        announceConnection(a, flow, connection, word);
      },
    );
    if (features.persistence) {
      const isTold = word.hasBits(ConnectionFlag.controlled);
      // A template of a call would be another one without its Call-ID.
      const tellsOf = features.sip
        ? all(isTold, () => connection.get('packets').and(callMask).eq(0))
        : isTold;
      b.if(tellsOf, () => announceTemplate(a, flow, connection));
    }
  });
}

function announceConnection(
  a: Assembly,
  flow: Flow,
  connection: ConnectionPointer,
  word: Value<U32>,
): void {
  const { b, maps, now } = a;
  const settings = b.staticValue(maps.settings);
  const state = word.and(stateMask);
  const packets = b.variable(u32, connection.load(u32, toldAt('packets')).add(1));
  connection.store(u32, toldAt('packets'), packets);
  const isUdp = flow.protocol.eq(IpProtocol.udp);
  const isTold = any(isUdp, () => bit(b, toldStates, state));
  const onItsOwn = any(settings.get('syncTemplatesOnly').eq(0), () =>
    word.and(ConnectionFlag.controlled).eq(0),
  );
  b.if(
    all(isTold, () => onItsOwn),
    () => {
      const timeout = b.variable(u64, connection.get('expires').sub(now));
      const until = b.variable(u64, 0);
      const due = b.variable(u32, 0);
      const hasChanged = all(state.ne(connection.load(u32, toldAt('state'))), () =>
        bit(b, toldStates, state),
      );
      b.if(
        hasChanged,
        () => {
          until.set(endOf(a, timeout));
          due.set(1);
        },
        () => {
          b.if(
            isTurn(a, packets, () => connection.load(u64, toldAt('until')).eq(0)),
            () => {
              const before = connection.load(u64, toldAt('until'));
              due.set(refreshed(a, before, timeout, until));
            },
          );
        },
      );
      b.if(due.ne(0), () => {
        connection.store(u64, toldAt('until'), until);
        connection.store(u32, toldAt('state'), state);
        tell(a, flow, {
          key: flow.key,
          kind: 0,
          word,
          realServer: connection.get('realServer'),
          entry: connection,
        });
      });
    },
  );
}

const bit = (b: Builder, bits: number, state: Value<U32>): Condition =>
  b.constant(u32, bits).shr(state).and(1).ne(0);

/**
 * The number of packets asks for it: in each period, but in the first one not of a connection that was told of already.
 * Without a period, once, unless the end of life does.
 */
function isTurn({ b, maps }: Assembly, packets: Value<U32>, isNew: () => Condition): Condition {
  const settings = b.staticValue(maps.settings);
  const period = settings.get('syncPeriod');
  return any(
    all(period.ne(0), () =>
      all(packets.mod(period).eq(settings.get('syncThreshold')), () =>
        any(packets.ge(period), isNew),
      ),
    ),
    all(period.eq(0), () =>
      any(settings.get('syncRefresh').ne(0), () =>
        all(packets.eq(settings.get('syncThreshold')), isNew),
      ),
    ),
  );
}

const endOf = ({ now }: Assembly, timeout: Value<U64>): Value<U64> =>
  now.add(timeout).and(0xffff_ffff_ffff_fffcn);

/**
 * 1 if `sync_refresh_period` lets the end of life be told, which is `until` then: it has moved by so much, or the last
 * one is to be repeated.
 */
function refreshed(
  a: Assembly,
  before: Value<U64>,
  timeout: Value<U64>,
  until: Variable<U64>,
): Value<U32> {
  const { b, maps, now } = a;
  const settings = b.staticValue(maps.settings);
  const refresh = settings.get('syncRefresh');
  const due = b.variable(u32, 1);
  const end = b.variable(u64, endOf(a, timeout));
  b.if(refresh.ne(0), () => {
    const told = b.variable(u64, before);
    b.if(end.sub(told).lt(leastMove(a, refresh, timeout)), () => {
      const repetitions = told.and(3);
      const sentAt = told.sub(timeout);
      const isEarly = now.lt(sentAt.add(refresh.shr(3)));
      b.if(
        any(repetitions.ge(settings.get('syncRetries')), () => isEarly),
        () => due.set(0),
        () => end.set(end.or(repetitions.add(1))),
      );
    });
  });
  until.set(end);
  return due;
}

/** Changes of the end that are smaller are not told: the period, at most half the timeout and ten seconds at least. */
function leastMove({ b, maps }: Assembly, refresh: Value<U64>, timeout: Value<U64>): Value<U64> {
  const least = b.variable(u64, timeout.shr(1));
  const tenSeconds = b.staticValue(maps.settings).get('tenSeconds');
  b.if(least.lt(tenSeconds), () => least.set(tenSeconds));
  b.if(refresh.lt(least), () => least.set(refresh));
  return least;
}

/**
 * ip_vs tells of a template with every packet of its connections. Within a second that would say the same, so that
 * once is enough here.
 */
export function announceTemplate(a: Assembly, flow: Flow, connection: ConnectionPointer): void {
  const { b, maps } = a;
  b.within('announce_template', () => {
    const key = templateKeyOf(b, a.features, flow.family, flow.key, connection);
    b.lookup(flow.family.templates, key).match((template) => {
      const settings = b.staticValue(maps.settings);
      const timeout = template.get('timeout').to(u64);
      const before = b.variable(u64, template.get('toldUntil'));
      const end = endOf(a, timeout);
      const until = b.variable(u64, end);
      const isOften = end.sub(before).lt(settings.get('second'));
      const isOnce = all(settings.get('syncPeriod').eq(0), () =>
        all(settings.get('syncRefresh').eq(0), () => before.ne(0)),
      );
      b.if(
        any(isOften, () => isOnce),
        () => undefined,
        () => {
          b.if(refreshed(a, before, timeout, until).ne(0), () => {
            template.set('toldUntil', until);
            const holder = holderOf(template.get('seat'));
            tell(a, flow, {
              key,
              kind: EntryKind.template,
              word: template.get('assured'),
              realServer: holder,
              entry: template,
              timeout: template.get('timeout'),
            });
          });
        },
      );
    });
  });
}

interface News {
  readonly key: Pointer;
  /** Without the family. */
  readonly kind: number;
  readonly word: Value<U32>;
  readonly realServer: Value<U32>;
  /** Has a port. */
  readonly entry: Pointer;
  readonly timeout?: Value<U32>;
}

/** Leaves a record for the daemon; counts it if there is no room. */
function tell({ b, maps }: Assembly, { family }: Flow, news: News): void {
  const record = b.local(Announcement);
  const sizeBytes = news.kind === 0 ? family.FlowKey.sizeBytes : family.TemplateKey.sizeBytes;
  record.copyBytes(0, news.key, 0, sizeBytes);
  record.set('kind', news.kind | (family.name === 'ipv6' ? EntryKind.ipv6 : 0));
  record.set('word', news.word);
  record.set('realServer', news.realServer);
  if (news.timeout !== undefined) record.set('timeout', news.timeout);
  record.copyBytes(
    Announcement.offsetOf('port'),
    news.entry,
    news.entry.layout.offsetOf('port'),
    2,
  );
  b.if(b.emit(maps.announcements, record).ne(0), () => {
    b.unlikely();
    countLost(b, maps);
  });
}

const countLost = (b: Builder, maps: DirectorMaps): void => {
  b.staticValue(maps.lostAnnouncements).atomicAdd('count', 1);
};
