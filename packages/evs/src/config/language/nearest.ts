/** The candidate that a misspelt word most likely meant: at most a third of it wrong. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  if (word.length > 64) return undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, exchanges and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let at = 1; at <= to.length; at++) {
      const same = from.charAt(row - 1) === to.charAt(at - 1);
      const exchanged = (previous[at - 1] ?? 0) + (same ? 0 : 1);
      const swapped =
        from.charAt(row - 1) === to.charAt(at - 2) && from.charAt(row - 2) === to.charAt(at - 1)
          ? (before[at - 2] ?? 0) + 1
          : Infinity;
      current[at] = Math.min(
        (previous[at] ?? 0) + 1,
        (current[at - 1] ?? 0) + 1,
        exchanged,
        swapped,
      );
    }
    [before, previous] = [previous, current];
  }
  return previous[to.length] ?? 0;
}
