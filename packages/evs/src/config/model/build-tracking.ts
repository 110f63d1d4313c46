import { failure } from '../text/diagnostic.ts';
import type { Entries, Located } from '../language/spec.ts';
import type { TrackEntry, TrackWeight } from '../language/values/tracking.ts';
import type { Build } from './build.ts';
import type {
  BfdInstance,
  Tracked,
  TrackedFile,
  TrackedProcess,
  TrackedScript,
  Tracking,
} from './configuration.ts';

/** Everything that can be tracked, and the weights that hold unless who tracks it says otherwise. */
export interface Trackables {
  readonly scripts: readonly TrackedScript[];
  readonly files: readonly TrackedFile[];
  readonly processes: readonly TrackedProcess[];
  readonly bfdInstances: readonly BfdInstance[];
}

type TrackList = readonly Located<Entries<unknown, TrackEntry>>[];
interface TrackingKeywords {
  readonly track_interface: TrackList;
  readonly track_script: TrackList;
  readonly track_file: TrackList;
  readonly track_process: TrackList;
  readonly track_bfd: TrackList;
}

const noWeight: TrackWeight = { weight: 0, reverse: false };

/** What a virtual router or a group watches. Names that nobody defined are reported and left out. */
export function buildTracking(own: TrackingKeywords, all: Trackables, build: Build): Tracking {
  return {
    interfaces: tracked(own.track_interface, 'interface', deviceWeight(build), build),
    scripts: tracked(own.track_script, 'vrrp_script', weightIn(all.scripts), build),
    files: tracked(own.track_file, 'track_file', weightIn(all.files), build),
    processes: tracked(own.track_process, 'vrrp_track_process', weightIn(all.processes), build),
    bfdInstances: tracked(own.track_bfd, 'bfd_instance', weightIn(all.bfdInstances), build),
  };
}

type WeightOf = (name: string) => TrackWeight | undefined;

const weightIn =
  (all: readonly Tracked[]): WeightOf =>
  (name) =>
    all.find((one) => one.name === name)?.weight;

const deviceWeight =
  ({ machine }: Build): WeightOf =>
  (name) =>
    machine.hasDevice(name) ? noWeight : undefined;

function tracked(
  lists: TrackList,
  what: string,
  weightOf: WeightOf,
  { report }: Build,
): readonly Tracked[] {
  const seen = new Set<string>();
  return lists
    .flatMap(({ value }) => value.entries)
    .flatMap(({ value: { name, weight }, at }) => {
      const usual = weightOf(name);
      const twice = seen.has(name);
      seen.add(name);
      if (usual !== undefined && !twice) return [{ name, weight: weight ?? usual }];
      report(failure(at, twice ? `${name} is tracked already` : `There is no ${what} ${name}`));
      return [];
    });
}
