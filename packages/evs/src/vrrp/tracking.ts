/** What a virtual router watches, and what that means for it. keepalived.conf(5), track_interface and its like. */
export interface Track {
  /** Name of what is watched, among all that is: `interface eth1`, `script chk`. */
  readonly tracker: string;
  /** 0: a fault while it is not well, else a part of the priority. */
  readonly weight: number;
  /** Counts the other way round. */
  readonly reverse: boolean;
}

/** What is known of something that is watched: whether it is well, or the number in a file. */
export type Reading = { readonly up: boolean } | { readonly value: number };

/** What all that a router watches comes to. */
export interface Standing {
  /** To be added to its priority. */
  readonly sum: number;
  /** Names of trackers that keep it from taking part. */
  readonly faults: readonly string[];
  /** Some tracker that may keep it from taking part has not told anything yet. */
  readonly waits: boolean;
}

/** A file's number times its weight that is a fault at this or less. */
const faultProduct = -254;

export function standingOf(
  tracks: readonly Track[],
  readings: ReadonlyMap<string, Reading>,
): Standing {
  const known = tracks.map((track) => ({ track, reading: readings.get(track.tracker) }));
  return {
    sum: known.reduce((sum, { track, reading }) => sum + contribution(track, reading), 0),
    faults: known
      .filter(({ track, reading }) => isFault(track, reading))
      .map(({ track }) => track.tracker),
    waits: known.some(({ track, reading }) => track.weight === 0 && reading === undefined),
  };
}

/** A positive weight is added while its tracker is well, a negative one while it is not. */
function contribution(track: Track, reading: Reading | undefined): number {
  if (reading === undefined || track.weight === 0 || isFault(track, reading)) return 0;
  if ('value' in reading) return product(track, reading.value);
  const counts = track.weight > 0 ? reading.up !== track.reverse : reading.up === track.reverse;
  return counts ? track.weight : 0;
}

function isFault(track: Track, reading: Reading | undefined): boolean {
  if (reading === undefined) return false;
  if ('up' in reading) return track.weight === 0 && reading.up === track.reverse;
  if (track.weight === 0) return (reading.value !== 0) !== track.reverse;
  return product(track, reading.value) <= faultProduct;
}

const product = ({ weight, reverse }: Track, value: number): number =>
  value * weight * (reverse ? -1 : 1);

/** Priority after all trackers, 1 to 254; the owner's 255 stays. */
export const effectivePriority = (base: number, sum: number): number =>
  base === 255 ? base : Math.min(254, Math.max(1, base + sum));
