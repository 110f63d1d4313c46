import { root } from './keywords/root.ts';
import { nearest } from './nearest.ts';
import type { AnyGroup } from './spec.ts';

/** The keyword of a block that a misspelt one most likely meant, as a question. */
export function meant(text: string, group: AnyGroup): string | undefined {
  const known = [...Object.keys(group.keywords), ...Object.keys(group.synonyms)];
  const near = nearest(text, known);
  return near === undefined ? undefined : `Did you mean '${near}'?`;
}

/** Where a keyword belongs that is known, but not here. */
export function elsewhere(text: string, opensBlock: boolean): string | undefined {
  const homes = homesOf().get(text);
  if (homes === undefined) return undefined;
  if (!homes.includes('')) return `It belongs in ${homes.slice(0, 3).join(', ')}`;
  const missing = opensBlock ? ": a '}' may be missing above" : '';
  return `It belongs outside every block${missing}`;
}

let homes: ReadonlyMap<string, readonly string[]> | undefined;

/** Names of the blocks that have each keyword; the empty name is outside of all. */
function homesOf(): ReadonlyMap<string, readonly string[]> {
  if (homes !== undefined) return homes;
  const found = new Map<string, string[]>();
  collect('', root, found);
  homes = found;
  return found;
}

function collect(block: string, group: AnyGroup, found: Map<string, string[]>): void {
  for (const [name, spec] of Object.entries(group.keywords)) {
    const known = found.get(name) ?? [];
    if (!known.includes(block)) found.set(name, [...known, block]);
    if (spec.kind === 'group') collect(name, spec, found);
  }
  for (const synonym of Object.keys(group.synonyms))
    found.set(synonym, [...(found.get(synonym) ?? []), block]);
}
