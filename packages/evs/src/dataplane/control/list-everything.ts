import type { ConnectionRecord } from '../../director/model.ts';
import { listConnections } from './connections.ts';
import type { MapStore } from './map-store.ts';
import type { Registry } from './registry.ts';
import { listTemplates } from './templates.ts';

/**
 * What `ipvsadm -L -c` lists.
 *
 * @yields connections of both families, and after them the templates
 */
export function* listEverything(
  store: MapStore,
  registry: Registry,
  ticks: Parameters<typeof listConnections>[2],
): Generator<ConnectionRecord> {
  for (const name of ['connections4', 'connections6'] as const) {
    if (store.exists(name)) yield* listConnections(store.open(name), registry, ticks);
  }
  for (const family of [4, 6] as const) {
    const [name, calls] = [`templates${family}`, `calls${family}`] as const;
    const callTable = store.exists(calls) ? store.open(calls) : undefined;
    if (store.exists(name)) yield* listTemplates(store.open(name), callTable, registry, ticks);
  }
}
