import { expiry } from './connections/expiry.ts';
import { memoryPerConnection } from './connections/memory.ts';
import { openingCosts, openedFlows } from './connections/opening.ts';
import { count, tableSize } from './connections/table.ts';
import type { Section } from './support/report.ts';

/** What do connections cost: their memory, their end, their beginning? */
export function connections(): Section {
  return {
    title: 'What a million connections cost',
    method: how,
    findings: [...memoryPerConnection(), ...expiry(), ...openingCosts()],
    remarks,
  };
}

const how = `Tables of ${tableSize.toLocaleString('en')} entries. *Memory*: of a table as /proc/…/fdinfo tells it, by entry; the keys
and values in it are ours, the rest is the hash table's own: an element's header and its bucket. *Expiry*: ${count.toLocaleString('en')} TCP
connections, opened by BPF_PROG_TEST_RUN of the product's program, then the product's sweep as the daemon calls it; its
share of a core is what the calls take of the time from one round to the next. *New connections*: SYNs of ${openedFlows.toLocaleString('en')}
flows into an empty table, against packets of as many established flows, in an order that no prefetcher guesses, both in
tables of the same size, so that both miss the caches; net, the least of some runs.`;

const remarks = [
  'A masqueraded connection has a second key, for the packets of its real server.',
  'A new connection costs more against a packet of one flow alone, which is in the cache: `npm run bench packet-path` has both figures.',
];
