import { maglevCount, maglevStride } from '../layouts.ts';
import type { Scheduler } from '../program/schedule.ts';
import { maglevKey } from '../siphash.ts';
import { clientWord, pickOrProbe, type Table } from './hash.ts';
import { emitSipHash } from './siphash.ts';

/** Maglev: the client's address, and its port if the service says so, chooses the slot. ip_vs_mh. */
export const maglevHash: Scheduler = (a, service, ends) => {
  const table: Table = {
    map: a.maps.maglev,
    first: service.get('table').mul(maglevStride),
    count: maglevCount,
    placeOf: (b, word, offset) =>
      emitSipHash(b, maglevKey, offset === undefined ? word : word.add(offset)).mod(maglevCount),
  };
  return pickOrProbe(a, service, table, clientWord(a, service, ends));
};
