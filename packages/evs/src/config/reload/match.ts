/** What two lists have in common by a name, and what only one of them has. */
export interface Match<T> {
  readonly removed: readonly T[];
  readonly added: readonly T[];
  /** In both, equal or not, in the order of the second list. */
  readonly kept: readonly { readonly before: T; readonly after: T }[];
}

/** Matches by name. Of twins the first counts; the second is as if it were not there. */
export function match<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (one: T) => string,
): Match<T> {
  const [old, wanted] = [byName(before, nameOf), byName(after, nameOf)];
  return {
    removed: [...old].filter(([name]) => !wanted.has(name)).map(([, one]) => one),
    added: [...wanted].filter(([name]) => !old.has(name)).map(([, one]) => one),
    kept: [...wanted].flatMap(([name, one]) => {
      const twin = old.get(name);
      return twin === undefined ? [] : [{ before: twin, after: one }];
    }),
  };
}

function byName<T>(all: readonly T[], nameOf: (one: T) => string): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const one of all) {
    const name = nameOf(one);
    if (!map.has(name)) map.set(name, one);
  }
  return map;
}

/** Whether two values of a configuration say the same. */
export function equal(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one, other] as [Record<string, unknown>, Record<string, unknown>];
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(right, name) || !equal(left[name], right[name])) return false;
  }
  return true;
}
