import type { Family } from './family.ts';

/**
 * A routine of a family, made when it is first asked for. A program makes its families itself, so that what a routine
 * knows about the program (its features, for example) is the same each time.
 */
export function ofFamily<T, Known extends readonly unknown[]>(
  make: (family: Family, ...known: Known) => T,
): (family: Family, ...known: Known) => T {
  const made = new WeakMap<Family, T>();
  return (family, ...known) => {
    const found = made.get(family) ?? make(family, ...known);
    made.set(family, found);
    return found;
  };
}
