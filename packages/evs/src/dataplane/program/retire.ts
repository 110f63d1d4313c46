import {
  all,
  not,
  subprogram,
  u32,
  u64,
  type Builder,
  type Operand,
  type Condition,
  type Pointer,
  type U32,
  type Value,
} from '@evs/ebpf';
import { Connection, ConnectionFlag, stateMask } from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';
import { seesReplies, type Features } from './assembly.ts';
import { uncountConnection } from './counts.ts';
import type { Family } from './family.ts';
import { ofFamily } from './of-family.ts';
import { release } from './persistence/control.ts';

/**
 * Ends an expired connection: settles its counts, then removes it and the way of its replies. Packets and
 * sweeps may try at once; the one whose exchange of the word succeeds does it.
 */
export function retire(
  b: Builder,
  features: Features,
  maps: DirectorMaps,
  family: Family,
  key: Pointer,
  connection: Pointer<typeof Connection>,
): void {
  b.within('retire', () => {
    const word = connection.get('word');
    b.if(
      word.hasBits(ConnectionFlag.removed),
      () => undefined,
      () => {
        const marked = word.or(ConnectionFlag.removed);
        const before = connection.compareExchange('word', word, marked);
        // A preallocated entry may have been given to a new connection between our look and the exchange.
        const stillOurs = (): Condition => connection.get('expires').le(b.jiffies());
        const giveBack = (): void => {
          connection.compareExchange('word', marked, word);
        };
        b.if(
          all(before.eq(word), () => not(stillOurs())),
          giveBack,
        );
        b.if(all(before.eq(word), stillOurs), () =>
          remove(b, features, maps, family, key, connection, word),
        );
      },
    );
  });
}

/**
 * Throws out a connection that has not expired, if its word is still `word`: one that has gone on meanwhile
 * stays. `reason` is the place in `evictionReasons`.
 */
export function evict(
  b: Builder,
  features: Features,
  maps: DirectorMaps,
  family: Family,
  key: Pointer,
  connection: Pointer<typeof Connection>,
  word: Value<U32>,
  reason: Operand<U32>,
): void {
  b.within('evict', () => {
    const marked = word.or(ConnectionFlag.removed);
    b.if(connection.compareExchange('word', word, marked).eq(word), () => {
      b.lookup(family.connections, key)
        // As above, the entry may be another connection's by now.
        .where((found) => found.address().eq(connection.address()))
        .match(
          () => {
            remove(b, features, maps, family, key, connection, word);
            countEviction(b, maps, reason);
          },
          () => {
            connection.compareExchange('word', marked, word);
          },
        );
    });
  });
}

/** Takes a connection that nobody else is removing off its counts and out of the tables. */
function remove(
  b: Builder,
  features: Features,
  maps: DirectorMaps,
  family: Family,
  key: Pointer,
  connection: Pointer<typeof Connection>,
  word: Value<U32>,
): void {
  b.call(removeRoutine(family, features, maps), key, connection, word);
}

const removeRoutine = ofFamily((family, features: Features, maps: DirectorMaps) =>
  subprogram(
    `remove_${family.name}`,
    [family.FlowKey, Connection, u32],
    (b, givenKey, given, word) => {
      const connection = given.orReturn(0);
      const request = givenKey.orReturn(0);
      if (features.persistence) release(b, features, family, request, connection);
      b.lookup(maps.realServers, connection.get('realServer')).match((server) => {
        uncountConnection(b, features, server, word.and(stateMask));
        if (seesReplies(features)) {
          const translated = ConnectionFlag.masquerading | ConnectionFlag.local;
          b.if(word.hasBits(translated), () => {
            const reply = replyKey(b, features, family, request, connection, server);
            removeReply(b, family, reply, request);
          });
        }
      });
      // Kernel 6.1 takes keys from the stack only. The reply's, which is not needed any more, was in this place.
      const key = b.local(family.FlowKey);
      key.copyBytes(0, request, 0, family.FlowKey.sizeBytes);
      b.remove(family.connections, key);
      return 0;
    },
  ),
);

function countEviction(b: Builder, maps: DirectorMaps, reason: Operand<U32>): void {
  b.lookup(maps.evictions, reason).match((count) => {
    count.set('connections', count.get('connections').add(1));
  });
}

/** Key under which the real server's packets of a connection arrive. */
export function replyKey(
  b: Builder,
  features: Features,
  family: Family,
  key: Pointer,
  connection: Pointer<typeof Connection>,
  server: Pointer,
): Pointer {
  const size = family.addressBytes;
  const reply = b.local(family.FlowKey);
  const word = connection.get('word');
  const fromServer = (): void => reply.copyBytes(0, server, 16, size);
  const fromVip = (): void => reply.copyBytes(0, key, size, size);
  if (features.localClients) {
    // Without masquerading the real server answers in the VIP's name.
    b.if(word.hasBits(ConnectionFlag.masquerading), fromServer, fromVip);
    b.if(
      word.hasBits(ConnectionFlag.local),
      () => reply.copyBytes(size, connection, connection.layout.offsetOf('localSource'), size),
      () => reply.copyBytes(size, key, 0, size),
    );
  } else {
    fromServer();
    reply.copyBytes(size, key, 0, size);
  }
  reply.copyBytes(2 * size, connection, connection.layout.offsetOf('port'), 2);
  reply.copyBytes(2 * size + 2, key, 2 * size, 2);
  reply.store(u32, 2 * size + 4, key.load(u32, 2 * size + 4));
  return reply;
}

/** Removes the way of replies, unless a newer connection of another VIP has taken it over. */
function removeReply(b: Builder, family: Family, reply: Pointer, key: Pointer): void {
  b.lookup(family.replies, reply).match((request) => {
    const same = Array.from(
      { length: family.FlowKey.sizeBytes / 8 },
      (_, index) => () => request.load(u64, 8 * index).eq(key.load(u64, 8 * index)),
    );
    b.if(all(...same), () => {
      b.remove(family.replies, reply);
    });
  });
}
