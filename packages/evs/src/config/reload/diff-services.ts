import {
  changesTo,
  initialState,
  keyText,
  requestFor,
  type VirtualService,
} from '../../director/index.ts';
import { directorServices } from '../model/director-services.ts';
import type { VirtualServer } from '../model/configuration.ts';
import { match } from './match.ts';
import type { DirectorStep } from './steps.ts';

/** Steps on the director's table: what goes, and then what comes or changes. */
export interface ServiceSteps {
  readonly leaving: readonly DirectorStep[];
  readonly arriving: readonly DirectorStep[];
}

/**
 * Services are the same by address, port and protocol or by mark, real servers by address and port within one. An
 * edited service keeps its connections, an edited real server too.
 */
export function diffServices(
  running: readonly VirtualServer[],
  wanted: readonly VirtualServer[],
): ServiceSteps {
  const [before, after] = [tableOf(running), tableOf(wanted)];
  const gone = match(before, after, ({ key }) => keyText(key)).removed.map(({ key }) => key);
  const steps = changesTo({ ...initialState, services: before }, after.map(wantedOf), gone);
  return {
    leaving: steps.filter(leaves),
    arriving: steps.filter((step) => !leaves(step)),
  };
}

const leaves = ({ kind }: DirectorStep): boolean =>
  kind === 'deleteService' || kind === 'deleteRealServer';

/** Real servers from the oldest to the newest, the order in which they are added. */
const wantedOf = (service: VirtualService) => ({
  service: requestFor(service),
  realServers: service.realServers.toReversed(),
});

/**
 * The director's table of a configuration. keepalived does not notice two virtual servers of one address: the second
 * one's real servers join the first one's service. Of twins there, the one that was written first counts.
 */
function tableOf(servers: readonly VirtualServer[]): readonly VirtualService[] {
  const table = new Map<string, VirtualService>();
  for (const service of servers.flatMap(directorServices)) {
    const name = keyText(service.key);
    const realServers = [...service.realServers, ...(table.get(name)?.realServers ?? [])];
    const first = match([], realServers.toReversed(), ({ address, port }) => `${address} ${port}`);
    table.set(name, { ...(table.get(name) ?? service), realServers: first.added.toReversed() });
  }
  return [...table.values()];
}
