import { failure, type Report } from './diagnostic.ts';
import type { ConfigurationFiles, FileProblem } from './files.ts';
import { expandBraces, hasWildcard, matches } from './glob.ts';
import { slice, spanOf, type Line } from './line.ts';
import type { Span } from './span.ts';

/** What an include insists on: files that can be read, names that exist, patterns that match. */
export type IncludeCheck = 'read' | 'match' | 'wildcard_match' | 'brace_match';
export type IncludeChecks = ReadonlySet<IncludeCheck>;

const allChecks: readonly IncludeCheck[] = ['read', 'match', 'wildcard_match', 'brace_match'];

/** The members of the family, and what each insists on; `include` itself on what include_check says. */
const checksOf: Readonly<Record<string, readonly IncludeCheck[]>> = {
  include: [],
  includer: ['read'],
  includem: ['match'],
  includew: ['match', 'wildcard_match'],
  includeb: ['brace_match'],
  includea: allChecks,
};

export interface Include {
  readonly at: Span;
  readonly pattern: string;
  readonly checks: IncludeChecks;
}

/** The pattern of a line `include PATTERN` or one of its family; undefined for any other line. */
export function includeIn(line: Line, plainChecks: IncludeChecks): Include | undefined {
  const match = /^(include[rmwba]?)(?:\s+(\S.*))?$/.exec(line.text);
  if (match === null) return undefined;
  const [, keyword = '', written = ''] = match;
  const pattern = written.replaceAll('"', '').trim();
  const at = written === '' ? spanOf(line) : spanOf(slice(line, line.text.length - written.length));
  const checks = keyword === 'include' ? plainChecks : new Set(checksOf[keyword]);
  return { at, pattern, checks };
}

/** `include_check`, alone for all, `+` to add, `-` to take away. */
export function changeChecks(checks: IncludeChecks, words: readonly string[]): IncludeChecks {
  if (words.length === 0) return new Set(allChecks);
  const named = new Set(allChecks.filter((check) => words.some((word) => word.endsWith(check))));
  const first = words[0] ?? '';
  if (first.startsWith('-')) return new Set([...checks].filter((check) => !named.has(check)));
  return first.startsWith('+') ? new Set([...checks, ...named]) : named;
}

/** Files that an include names, with their texts. What cannot be read is reported: an error where it is insisted on. */
export function includedFiles(
  { at, pattern, checks }: Include,
  directory: string,
  files: ConfigurationFiles,
  report: Report,
): readonly { readonly path: string; readonly text: string }[] {
  if (pattern === '') {
    report(failure(at, 'include names no file'));
    return [];
  }
  const alternatives = expandBraces(pattern.startsWith('/') ? pattern : `${directory}/${pattern}`);
  const found = alternatives.map((alternative) => ({
    alternative,
    texts: matches(alternative, files).map((path) => ({ path, ...files.read(path) })),
  }));
  let total = 0;
  for (const { alternative, texts } of found) {
    const there = texts.filter((file) => !('problem' in file) || file.problem !== 'missing');
    total += there.length;
    if (there.length > 0) reportUnreadable(at, there, checks, report);
    else if (alternatives.length > 1 && checks.has('brace_match')) report(noMatch(at, alternative));
  }
  if (total === 0) report(nothingFound(at, pattern, checks));
  return found.flatMap(({ texts }) => texts.filter((file) => 'text' in file));
}

const noMatch = (at: Span, pattern: string) =>
  failure(at, `No file matches ${pattern}`, { status: 6 });

/** A plain include that finds nothing is no error for keepalived. */
function nothingFound(at: Span, pattern: string, checks: IncludeChecks) {
  const strict = checks.has(hasWildcard(pattern) ? 'wildcard_match' : 'match');
  return failure(at, `No file matches ${pattern}`, { status: strict ? 6 : 0 });
}

const reasons: Readonly<Record<FileProblem, string>> = {
  missing: 'there is none',
  unreadable: 'it cannot be read',
  irregular: 'it is no regular file',
  executable: 'it can be executed, and keepalived reads no such file',
  'too large': 'it is too large',
};

export const reasonOf = (problem: FileProblem): string => reasons[problem];

function reportUnreadable(
  at: Span,
  there: readonly { readonly path: string; readonly problem?: FileProblem }[],
  checks: IncludeChecks,
  report: Report,
): void {
  for (const { path, problem } of there) {
    if (problem === undefined) continue;
    const status = checks.has('read') ? 6 : 0;
    report(failure(at, `Cannot read ${path}: ${reasons[problem]}`, { status }));
  }
}
