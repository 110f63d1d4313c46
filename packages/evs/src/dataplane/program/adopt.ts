import {
  all,
  any,
  not,
  syscall,
  u32,
  type Pointer,
  type Program,
  type U32,
  type Value,
  type Variable,
} from '@evs/ebpf';
import { outcomeNumber } from '../adoption-outcomes.ts';
import {
  Adoption,
  AdoptionOrder,
  Connection,
  ConnectionFlag,
  EntryKind,
  Method,
  stateMask,
  toldAt,
} from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { conclude, type Adopting } from './adopting.ts';
import { adoptTemplate } from './persistence/adopt-template.ts';
import { seesReplies, type Features, type MethodName } from './assembly.ts';
import { countConnection, uncountConnection } from './counts.ts';
import { ipv4, ipv6, type Family } from './family.ts';
import { replyKey, retire } from './retire.ts';
import { recount } from './track.ts';

/**
 * Enters what other directors told into the tables, as ip_vs's backup does. It runs in the kernel and exchanges words
 * as packets do: a connection that has packets meanwhile keeps its counts exact, and a death of the daemon leaves no
 * half of one.
 */
export function adoptProgram(maps: DirectorMaps, features: Features): Program {
  return syscall('evs_adopt', AdoptionOrder, (b, context) => {
    const order = b.local(AdoptionOrder);
    b.loop(context.get('count'), order, (step, index) => {
      step.lookup(maps.adoptions, index).match((record) => {
        record.set('outcome', outcomeNumber('no real server'));
        step.lookup(maps.realServers, record.get('realServer')).match((server) => {
          const adopt = (family: Family): void =>
            adoptOne({ b: step, maps, features, family, record, server });
          const isIpv6 = record.get('kind').hasBits(EntryKind.ipv6);
          if (features.ipv4 && features.ipv6)
            step.if(
              isIpv6,
              () => adopt(ipv6(maps)),
              () => adopt(ipv4(maps)),
            );
          else adopt(features.ipv6 ? ipv6(maps) : ipv4(maps));
        });
      });
      return 0;
    });
    b.return(b.constant(u32, 0));
  });
}

function adoptOne(adopting: Adopting): void {
  const { b, features, record } = adopting;
  const isTemplate = record.get('kind').hasBits(EntryKind.template);
  if (features.persistence)
    b.if(
      isTemplate,
      () => adoptTemplate(adopting),
      () => adoptConnection(adopting),
    );
  else b.if(not(isTemplate), () => adoptConnection(adopting));
}

/**
 * A connection with the same real server is updated; one with another gives way to an active one. Its real server's
 * method counts, not what the message says.
 */
function adoptConnection(adopting: Adopting): void {
  const { b, maps, features, family, record } = adopting;
  const key = b.local(family.FlowKey);
  key.copyBytes(0, record, 0, family.FlowKey.sizeBytes);
  const isNew = b.variable(u32, 1);
  b.lookup(family.connections, key).match((found) => {
    const now = b.jiffies();
    const lives = found.get('expires').gt(now);
    const isSame = found.get('realServer').eq(record.get('realServer'));
    b.if(
      all(lives, () => any(isSame, () => record.get('inactive').ne(0))),
      () => {
        isNew.set(0);
        b.if(
          isSame,
          () => update(adopting, found),
          () => conclude(adopting, 'ignored'),
        );
      },
      () => {
        b.if(lives, () => found.set('expires', now));
        retire(b, features, maps, family, key, found);
      },
    );
  });
  b.if(isNew.ne(0), () => create(adopting, key));
}

function update(adopting: Adopting, found: Pointer<typeof Connection>): void {
  const { b, record, server } = adopting;
  const word = b.variable(u32, found.get('word'));
  const next = record.get('word').and(stateMask);
  const wanted = word.and(~stateMask & 0xffff_ffff).or(next);
  const isRemoved = word.hasBits(ConnectionFlag.removed);
  b.if(
    all(not(isRemoved), () => found.compareExchange('word', word, wanted).eq(word)),
    () => {
      recount(b, server, word.and(stateMask), next);
      found.set('expires', b.jiffies().add(record.get('timeout')));
      conclude(adopting, 'updated');
    },
    () => conclude(adopting, 'being changed'),
  );
}

function create(adopting: Adopting, key: Pointer): void {
  const { b, maps, features, family, record, server } = adopting;
  const connection = b.local(Connection);
  const word = b.variable(u32, record.get('word'));
  addMethod(adopting, word);
  connection.set('expires', b.jiffies().add(record.get('timeout')));
  connection.set('word', word);
  connection.set('realServer', record.get('realServer'));
  connection.set('hopIfindex', record.get('hopIfindex'));
  connection.store(u32, toldAt('packets'), b.staticValue(maps.settings).get('syncThreshold'));
  connection.copyBytes(Connection.offsetOf('port'), record, Adoption.offsetOf('port'), 2);
  const state = word.and(stateMask);
  countConnection(b, features, server, state);
  b.if(
    b.update(family.connections, key, connection, 'create').ne(0),
    () => {
      uncountConnection(b, features, server, state);
      conclude(adopting, 'table full');
    },
    () => {
      conclude(adopting, 'made');
      enterReply(adopting, key, connection, word);
    },
  );
}

const methodFlags: readonly (readonly [MethodName, number])[] = [
  ['masquerading', ConnectionFlag.masquerading],
  ['tunneling', ConnectionFlag.tunneling],
];

function addMethod({ b, features, server }: Adopting, word: Variable<U32>): void {
  const used = methodFlags.filter(([name]) => features.methods.includes(name));
  b.switch(
    server.get('method'),
    used.map(([name, flag]) => [Method[name], () => word.set(word.or(flag))] as const),
  );
}

function enterReply(
  { b, features, family, server }: Adopting,
  key: Pointer,
  connection: Pointer<typeof Connection>,
  word: Value<U32>,
): void {
  if (!seesReplies(features)) return;
  b.if(word.hasBits(ConnectionFlag.masquerading), () => {
    b.update(family.replies, replyKey(b, features, family, key, connection, server), key);
  });
}
