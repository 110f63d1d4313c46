import type { ConfigurationFiles } from './files.ts';

const manyAlternatives = 256;

/** `a{b,c}d` as `abd` and `acd`, as the C shell does it; braces that do not pair up stay. */
export function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const match = /^([^{]*)\{([^{}]*)\}([\s\S]*)$/.exec(next);
    if (match === null || open.length + done.length > manyAlternatives) done.unshift(next);
    else {
      const [, head = '', inner = '', tail = ''] = match;
      open.push(...inner.split(',').map((part) => head + part + tail));
    }
  }
  return done;
}

export const hasWildcard = (pattern: string): boolean => /[*?[]/.test(pattern);

/** Absolute paths that match an absolute pattern without braces, sorted. Hidden names must be asked for. */
export function matches(pattern: string, files: ConfigurationFiles): readonly string[] {
  const parts = pattern.split('/').filter(Boolean);
  let found: readonly string[] = ['/'];
  for (const part of parts) {
    found = found.flatMap((directory) =>
      hasWildcard(part)
        ? files.list(directory).filter(matching(part)).map(inside(directory))
        : [inside(directory)(part)],
    );
  }
  return found;
}

const inside =
  (directory: string) =>
  (name: string): string =>
    directory === '/' ? `/${name}` : `${directory}/${name}`;

const matching = (part: string): ((name: string) => boolean) => {
  const pieces = part.match(/\[[!^]?\]?[^\]]*\]|\*+|\?|[\s\S]/g) ?? [];
  const shown = part.startsWith('.');
  return (name) => (shown || !name.startsWith('.')) && matchPieces(pieces, name);
};

/** Without backtracking over more than one star, so that time stays proportional to the product of the lengths. */
function matchPieces(pieces: readonly string[], name: string): boolean {
  let [piece, at, star, starAt] = [0, 0, -1, 0];
  while (at < name.length) {
    const wanted = pieces[piece];
    if (wanted?.startsWith('*') === true) {
      [star, starAt] = [piece, at];
      piece++;
    } else if (wanted !== undefined && matchOne(wanted, name.charAt(at))) {
      piece++;
      at++;
    } else if (star >= 0) {
      starAt++;
      [piece, at] = [star + 1, starAt];
    } else return false;
  }
  return pieces.slice(piece).every((rest) => rest.startsWith('*'));
}

function matchOne(piece: string, character: string): boolean {
  if (piece === '?') return true;
  if (!/^\[[\s\S]+\]$/.test(piece)) return piece === character;
  const negated = /^\[[!^]/.test(piece);
  const members = piece.slice(negated ? 2 : 1, -1);
  return negated !== inSet(members, character);
}

function inSet(members: string, character: string): boolean {
  for (let at = 0; at < members.length; at++) {
    if (members.charAt(at + 1) === '-' && at + 2 < members.length) {
      if (character >= members.charAt(at) && character <= members.charAt(at + 2)) return true;
      at += 2;
    } else if (members.charAt(at) === character) return true;
  }
  return false;
}
