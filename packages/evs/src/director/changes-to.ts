import type { Command, ServiceRequest } from './commands.ts';
import { endpointText, keyText } from './key-text.ts';
import type { DirectorState, RealServer, ServiceKey, VirtualService } from './model.ts';

/** A virtual service as a configuration wants it, with real servers in the order in which they were added. */
export interface WantedService {
  readonly service: ServiceRequest;
  readonly realServers: readonly RealServer[];
}

/** A command that changes the table of services. */
export type TableCommand = Extract<
  Command,
  { readonly kind: `${'add' | 'edit' | 'delete'}${'Service' | 'RealServer'}` }
>;

/**
 * The commands that lead from a state to what is wanted of some services. What does not differ is not touched, so
 * connections and counters stay. Services that are neither wanted nor in `gone` are somebody else's.
 */
export function changesTo(
  state: DirectorState,
  wanted: readonly WantedService[],
  gone: readonly ServiceKey[] = [],
): TableCommand[] {
  const present = new Map(state.services.map((service) => [keyText(service.key), service]));
  const removals = gone
    .filter((key) => present.has(keyText(key)))
    .map((key): TableCommand => ({ kind: 'deleteService', key }));
  return [
    ...removals,
    ...wanted.flatMap((one) => changesOf(present.get(keyText(one.service.key)), one)),
  ];
}

function changesOf(present: VirtualService | undefined, wanted: WantedService): TableCommand[] {
  const { service, realServers } = wanted;
  const { key } = service;
  if (present === undefined) {
    const added = realServers.map((realServer): TableCommand => ({
      kind: 'addRealServer',
      key,
      realServer,
    }));
    return [{ kind: 'addService', service }, ...added];
  }
  const edit: TableCommand[] = isSame(present, service) ? [] : [{ kind: 'editService', service }];
  return [...edit, ...serverChanges(present, wanted)];
}

/** Deletions first, so that a full service has room. */
function serverChanges(
  { realServers: present }: VirtualService,
  { service, realServers }: WantedService,
): TableCommand[] {
  const { key } = service;
  const before = new Map(present.map((server) => [endpointText(server), server]));
  const names = new Set(realServers.map(endpointText));
  const deleted = present
    .filter((server) => !names.has(endpointText(server)))
    .map(({ address, port }): TableCommand => ({
      kind: 'deleteRealServer',
      key,
      realServer: { address, port },
    }));
  const others = realServers.flatMap((realServer): TableCommand[] => {
    const known = before.get(endpointText(realServer));
    if (known === undefined) return [{ kind: 'addRealServer', key, realServer }];
    return equal({ ...known, edits: undefined }, realServer)
      ? []
      : [{ kind: 'editRealServer', key, realServer }];
  });
  return [...deleted, ...others];
}

function isSame(present: VirtualService, wanted: ServiceRequest): boolean {
  const { persistence } = present;
  const { engine, ...rest } = persistence ?? {};
  return (
    present.scheduler === wanted.scheduler &&
    present.schedulerFlags === wanted.schedulerFlags &&
    present.onePacket === wanted.onePacket &&
    (persistence === undefined) === (wanted.persistence === undefined) &&
    equal(rest, wanted.persistence ?? {}) &&
    (persistence === undefined || engine === wanted.persistenceEngine)
  );
}

/** Whether two plain values say the same, whatever the order of their fields. */
function equal(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right;
  }
  const [one, other] = [left, right] as [Record<string, unknown>, Record<string, unknown>];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => equal(one[name], other[name]));
}
