import { sameService } from './find-service.ts';
import type { VirtualService } from './model.ts';

/** How a list of services became another one. */
export interface ServiceChanges {
  /** Those that are not there any more. One that was deleted and added again is among them, too. */
  readonly deleted: readonly VirtualService[];
  /** Edited ones as they were and as they are. */
  readonly edited: readonly (readonly [before: VirtualService, after: VirtualService])[];
  /** In order, behind all others. */
  readonly added: readonly VirtualService[];
}

type Services = readonly VirtualService[];

/** The last answer: everybody who keeps something by services asks the same of each change. */
let last: { before: Services; after: Services; changes: ServiceChanges } | undefined;

/**
 * What led from one list to the other, if services are added at the end and keep their order. What is unchanged is the
 * same object in both: ten thousand of those are passed over in microseconds.
 */
export function serviceChanges(before: Services, after: Services): ServiceChanges {
  if (last?.before !== before || last.after !== after) {
    last = { before, after, changes: changesBetween(before, after) };
  }
  return last.changes;
}

function changesBetween(before: Services, after: Services): ServiceChanges {
  const deleted: VirtualService[] = [];
  const edited: [VirtualService, VirtualService][] = [];
  let place = 0;
  for (let at = 0; at < before.length; at += 1) {
    const service = before[at] as VirtualService;
    const candidate = after[place];
    if (candidate === undefined)
      return { deleted: deleted.concat(before.slice(at)), edited, added: [] };
    if (candidate === service) place += 1;
    else if (sameService(candidate.key, service.key)) {
      edited.push([service, candidate]);
      place += 1;
    } else deleted.push(service);
  }
  return { deleted, edited, added: after.slice(place) };
}

/** All that were there and are there no more as they were. */
export const goneIn = ({ deleted, edited }: ServiceChanges): VirtualService[] => [
  ...deleted,
  ...edited.map(([service]) => service),
];

/** All that are there and were not as they are. */
export const comeIn = ({ added, edited }: ServiceChanges): VirtualService[] => [
  ...edited.map(([, service]) => service),
  ...added,
];
