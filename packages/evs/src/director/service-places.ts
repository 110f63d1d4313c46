import { keyText } from './key-text.ts';
import type { ServiceKey, VirtualService } from './model.ts';

type Services = readonly VirtualService[];

/**
 * Where services were when somebody looked. Lists that come from each other share one of these: it knows every
 * key that any of them has, and deletions only move services towards the front.
 */
const places = new WeakMap<Services, Map<string, number>>();

/** Index of the service with a key, or -1. Fast also among ten thousand. */
export function placeOf(services: Services, key: ServiceKey): number {
  const text = keyText(key);
  const known = placesOf(services);
  const last = known.get(text);
  if (last === undefined) return -1;
  for (let place = Math.min(last, services.length - 1); place >= 0; place -= 1) {
    if (isAt(services, place, text)) {
      known.set(text, place);
      return place;
    }
  }
  return services.findIndex((service) => keyText(service.key) === text);
}

/** Says that `next` has what `before` has, in its order, but for services replaced, deleted or added at the end. */
export function inherit(before: Services, next: Services): Services {
  const known = placesOf(before);
  for (let place = before.length; place < next.length; place += 1) {
    const added = next[place];
    if (added !== undefined) known.set(keyText(added.key), place);
  }
  places.set(next, known);
  return next;
}

function placesOf(services: Services): Map<string, number> {
  const known = places.get(services);
  if (known !== undefined) return known;
  const made = new Map(services.map(({ key }, place) => [keyText(key), place]));
  places.set(services, made);
  return made;
}

const isAt = (services: Services, place: number, text: string): boolean => {
  const service = services[place];
  return service !== undefined && keyText(service.key) === text;
};
