import { common, core, group, rare } from '../spec.ts';
import { flag, optional, sequence } from '../value.ts';
import { address } from '../values/addresses.ts';
import { command, scriptUser } from '../values/commands.ts';
import { integer, milliseconds, positive, seconds, secondsSince23 } from '../values/numbers.ts';
import { trackWeight } from '../values/tracking.ts';
import { choice, name, path, shortWord, word } from '../values/words.ts';

export const vrrpScript = group(
  'core',
  name,
  {
    script: core(command({ user: false }), 'program and arguments, run without a shell'),
    interval: core(secondsSince23(0, 4_294), 'time between starts', { initial: '1' }),
    timeout: common(secondsSince23(0, 4_294), 'how long it may run', { initial: 'interval' }),
    weight: core(trackWeight(253), 'of the priority; 0: a fault while it fails', { initial: '0' }),
    rise: core(positive, 'successes in a row that are needed', { initial: '1' }),
    fall: core(positive, 'failures in a row that are needed', { initial: '1' }),
    user: common(scriptUser, 'whom it runs as', { initial: 'script_user' }),
    init_fail: rare(flag, 'counts as failed before it ran'),
  },
  'a program that virtual routers track',
);

export const vrrpTrackProcess = group(
  'common',
  name,
  {
    process: common(command({ user: false }), 'name of the process, and parameters to compare', {
      repeat: 'first',
    }),
    param_match: rare(choice(['initial', 'partial']), 'how parameters compare', {
      initial: 'exactly',
    }),
    full_command: rare(flag, 'the whole command line is compared'),
    weight: common(trackWeight(254), 'of the priority; 0: a fault while it is not there', {
      initial: '0',
    }),
    quorum: rare(integer(1, 65_535), 'processes that are needed', { initial: '1' }),
    quorum_max: rare(integer(0, 65_535), 'more than this are a failure', { initial: 'no bound' }),
    delay: rare(seconds(0.000_001, 3_600), 'time that a change must last'),
    fork_delay: rare(seconds(0.000_001, 3_600), 'the same for a process that begins', {
      initial: '0',
    }),
    terminate_delay: rare(seconds(0.000_001, 3_600), 'the same for one that ends', {
      initial: '0',
    }),
  },
  'processes that virtual routers track',
);

export const trackFile = group(
  'common',
  name,
  {
    file: common(path, 'holds a number', { repeat: 'first' }),
    weight: common(trackWeight(254), 'factor of the number; 0: a fault unless it is 0', {
      initial: '1',
    }),
    init_file: rare(
      sequence({
        value: optional(integer(-0x8000_0000, 0x7fff_ffff), 0),
        overwrite: optional(word('overwrite'), ''),
      }),
      'makes the file if it is missing',
    ),
  },
  'a file whose number virtual routers and FILE_CHECK track',
);

export const bfdInstance = group(
  'rare',
  shortWord('NAME', 31),
  {
    neighbor_ip: rare(address, 'the other end'),
    source_ip: rare(address, 'source address', { initial: 'any' }),
    min_rx: rare(
      integer(1, 1_000, 'MILLISECONDS'),
      'least time between packets that are received',
      {
        initial: '10',
      },
    ),
    min_tx: rare(milliseconds(1, 1_000), 'least time between packets that are sent', {
      initial: '10',
    }),
    idle_tx: rare(integer(1_000, 10_000, 'MILLISECONDS'), 'the same while the session is down', {
      initial: '1000',
    }),
    multiplier: rare(integer(1, 255), 'packets that are missed before it is down', {
      initial: '5',
    }),
    passive: rare(flag, 'waits for the other end to begin'),
    ttl: rare(integer(1, 255), 'TTL of its packets', { initial: '255; 64 with max_hops' }),
    max_hops: rare(integer(-1, 255), 'hops that a packet may have come', {
      initial: '0',
    }),
    weight: rare(trackWeight(253), 'of the priority', { initial: '0' }),
    vrrp: rare(flag, 'its events go to virtual routers'),
    checker: rare(flag, 'its events go to checkers'),
    multihop: rare(flag, 'between routers further away, port 4784', { since: '2.3' }),
  },
  'a session of Bidirectional Forwarding Detection',
  { synonyms: { neighbour_ip: 'neighbor_ip', hoplimit: 'ttl' } },
);
