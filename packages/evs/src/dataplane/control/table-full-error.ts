import { EvsError } from '../../errors/index.ts';
import type { Capacities } from '../maps.ts';

/** A configuration has no room in the tables as they are: larger ones are needed. */
export class TableFullError extends EvsError {
  override readonly name = 'TableFullError';
  readonly table: Exclude<keyof Capacities, 'connections'>;

  constructor(table: TableFullError['table']) {
    super('E_TABLE_FULL', `Cannot add to the table of ${names[table]}: all places are taken`, {
      hint: 'Deleted real servers keep their place while connections refer to them',
    });
    this.table = table;
  }
}

const names: Readonly<Record<TableFullError['table'], string>> = {
  services: 'virtual services',
  realServers: 'real servers',
  hashTables: 'hash schedulers',
};
