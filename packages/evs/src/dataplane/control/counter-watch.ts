import type { Counters, RealServerKey, ServiceKey } from '../../director/model.ts';
import { countersSince, entryWords, wordsPerEntry, type CounterWords } from './counter-words.ts';
import type { Registry, ServerEntry, ServiceEntry } from './registry.ts';
import { readTotals, type StatisticsTables } from './statistics.ts';

/** A service, or one of its real servers, that has counted since somebody looked last. */
export interface Movement {
  readonly service: ServiceKey;
  readonly server?: RealServerKey;
  readonly before: Counters;
  readonly now: Counters;
}

/** Finds the few among thousands that have counted something. */
export class CounterWatch {
  #before: CounterWords = new Uint32Array();

  /** What has moved since the last call; at the first, everything that ever has. */
  movements(tables: StatisticsTables, registry: Registry): Movement[] {
    const [before, now] = [this.#before, readTotals(tables, registry)];
    this.#before = now;
    const moved = [...registry.servers.values()].filter(({ slot }) => differs(before, now, slot));
    const byService = new Map<ServiceEntry, ServerEntry[]>();
    for (const server of moved) {
      const service = registry.serviceAt(server.service);
      if (service === undefined) continue;
      const others = byService.get(service);
      if (others === undefined) byService.set(service, [server]);
      else others.push(server);
    }
    const counters = (all: readonly ServerEntry[], zero: CounterWords) => {
      const slotsAt = all.map(({ slot }) => slot * wordsPerEntry);
      return {
        before: countersSince(before, slotsAt, zero),
        now: countersSince(now, slotsAt, zero),
      };
    };
    const ofServer = (server: ServerEntry, { key }: ServiceEntry): Movement => ({
      service: key,
      server: server.key,
      ...counters([server], entryWords(tables.serverBaselines, server.slot)),
    });
    return [...byService].flatMap(([service, servers]) => [
      {
        service: service.key,
        ...counters([...service.servers], entryWords(tables.serviceBaselines, service.index)),
      },
      ...servers.map((server) => ofServer(server, service)),
    ]);
  }

  /** The totals begin anew: until somebody looks the next time, nothing has moved. */
  restart(tables: StatisticsTables, registry: Registry): void {
    this.#before = readTotals(tables, registry);
  }
}

function differs(before: CounterWords, now: CounterWords, slot: number): boolean {
  const end = (slot + 1) * wordsPerEntry;
  for (let at = slot * wordsPerEntry; at < end; at += 1) {
    if ((before[at] ?? 0) !== now[at]) return true;
  }
  return false;
}
