import { only } from '../language/read-section.ts';
import type { Root } from '../language/keywords/root.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import { failure } from '../text/diagnostic.ts';
import { firstOfEachName, type Build } from './build.ts';
import type { GlobalKeywords } from './build-global.ts';
import type { Configuration, TrackGroup } from './configuration.ts';

type Keywords = SectionOf<Root>['keywords'];
type Statics = Pick<
  Configuration,
  'staticAddresses' | 'staticRoutes' | 'staticRules' | 'trackGroups'
>;
type Route = Statics['staticRoutes'][number];

/** Blocks of one kind, each with its entries. */
type Lists<E> = readonly Located<{ readonly entries: readonly Located<E>[] }>[];

interface Trackable {
  readonly trackGroup?: string;
}

/** What is there from start to stop, and which virtual routers need the devices of it. */
export function buildStatics(own: Keywords, global: GlobalKeywords, build: Build): Statics {
  const groups = new TrackGroups(own.track_group, build);
  const usual = only(global.default_interface) ?? 'eth0';
  return {
    staticAddresses: groups
      .track(own.static_ipaddress, ({ device = usual }) => [device])
      .map((address) => ({ device: usual, ...address })),
    staticRoutes: groups.track(own.static_routes, devicesOfRoute),
    staticRules: groups.track(own.static_rules, ({ attributes }) => [attributes['iif'] as string]),
    trackGroups: groups.all,
  };
}

function devicesOfRoute({ device, attributes }: Route): readonly (string | undefined)[] {
  const words = (attributes['nexthop'] ?? []) as readonly string[];
  return [device, ...words.filter((_, index) => words[index - 1] === 'dev')];
}

class TrackGroups {
  readonly #build: Build;
  readonly #routers: ReadonlyMap<string, readonly string[]>;
  readonly #devices = new Map<string, Set<string>>();

  constructor(uses: Keywords['track_group'], build: Build) {
    this.#build = build;
    const first = firstOfEachName(uses, ({ argument }) => argument, 'track_group', build);
    this.#routers = new Map(
      first.map(({ value: { argument, keywords } }) => [
        argument,
        keywords.group.flatMap(({ value }) => value.entries.flatMap((entry) => entry.value)),
      ]),
    );
  }

  /** The entries; those that cannot be tracked by their group stand without one. */
  track<E extends Trackable>(
    lists: Lists<E>,
    devicesOf: (entry: E) => readonly (string | undefined)[],
  ): readonly E[] {
    return lists
      .flatMap((list) => list.value.entries)
      .map(({ value, at }) => {
        const devices = devicesOf(value).filter((device) => device !== undefined);
        const problem = this.#problem(value, devices);
        if (problem === undefined) return value;
        this.#build.report(failure(at, problem));
        const { trackGroup: _, ...alone } = value;
        return alone as E;
      });
  }

  #problem({ trackGroup }: Trackable, devices: readonly string[]): string | undefined {
    if (trackGroup === undefined) return undefined;
    if (!this.#routers.has(trackGroup)) return `There is no track_group ${trackGroup}`;
    if (devices.length === 0) return 'Without a device there is nothing to track';
    const known = this.#devices.get(trackGroup) ?? new Set();
    for (const device of devices) known.add(device);
    this.#devices.set(trackGroup, known);
    return undefined;
  }

  get all(): readonly TrackGroup[] {
    return [...this.#routers].map(([name, routers]) => ({
      name,
      routers,
      devices: [...(this.#devices.get(name) ?? [])],
    }));
  }
}

/** What moves with a virtual router is not tracked by a group. */
export function refuseTrackGroups(lists: readonly Lists<Trackable>[], { report }: Build): void {
  for (const { value, at } of lists.flat().flatMap((list) => list.value.entries)) {
    if (value.trackGroup === undefined) continue;
    report(failure(at, 'track_group is for static addresses, routes and rules only'));
  }
}
