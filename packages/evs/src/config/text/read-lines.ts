import { withoutComment } from './comment.ts';
import { meetCondition } from './condition.ts';
import {
  definitionIn,
  expand,
  type Budget,
  type Definitions,
  type Predefined,
} from './definitions.ts';
import { failure, type Report } from './diagnostic.ts';
import type { ConfigurationFiles } from './files.ts';
import { changeChecks, includedFiles, includeIn, reasonOf, type IncludeChecks } from './include.ts';
import { limits } from './limits.ts';
import { replaced, slice, spanOf, trimmed, type Line } from './line.ts';
import { loopIn } from './loops.ts';

export interface ReadOptions {
  readonly files: ConfigurationFiles;
  /** What `@ID` lines compare with; keepalived's option -i, else the host name up to its first dot. */
  readonly configurationId: string;
  /** Between 0 and 1; for `$_RANDOM`. */
  readonly random: () => number;
}

/** A round of a loop counts as so many characters of the budget, so that empty ones end too. */
const roundCost = 64;

interface Reading extends ReadOptions {
  readonly report: Report;
  readonly definitions: Definitions;
  readonly budget: Budget;
  /** The lines of every file that was read, for those who show them. */
  readonly sources: Map<string, readonly string[]>;
  checks: IncludeChecks;
  filesRead: number;
}

/** One file on the way from the configuration's first file to the line that is read. */
interface Place {
  readonly path: string;
  readonly outer: Place | undefined;
}

/** The lines of a configuration in the order in which they count, and the sources they come from. */
export interface ReadLines {
  readonly lines: readonly Line[];
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a file and all that it includes: without comments, conditions met, definitions put in, loops unrolled.
 * Problems are reported, never thrown; every bound of `limits` holds.
 */
export function readLines(path: string, options: ReadOptions, report: Report): ReadLines {
  const file = options.files.read(path);
  if ('problem' in file) {
    report(failure(undefined, `Cannot read ${path}: ${reasonOf(file.problem)}`, { status: 0 }));
    return { lines: [], sources: new Map() };
  }
  const reading: Reading = {
    ...options,
    report,
    definitions: new Map(),
    budget: { characters: limits.expandedTotal },
    sources: new Map(),
    checks: new Set(),
    filesRead: 0,
  };
  const lines: Line[] = [];
  for (const line of fileLines(reading, { path, outer: undefined }, file.text)) {
    lines.push(line);
    if (lines.length < limits.statements) continue;
    report(failure(spanOf(line), `More than ${limits.statements} lines`));
    break;
  }
  return { lines, sources: reading.sources };
}

function* fileLines(reading: Reading, place: Place, text: string): Generator<Line, void> {
  const physical = text.split(/\r?\n/);
  reading.sources.set(place.path, physical);
  const numbered = physical.entries();
  for (const [index, written] of numbered) {
    const line = physicalLine(reading, place, written, index);
    if (line === undefined || line.text === '') continue;
    if (isPlain(line.text)) {
      yield line;
      continue;
    }
    const kept = meetCondition(line, reading.configurationId);
    if (kept === undefined || kept.text === '') continue;
    const definition = definitionIn(kept);
    if (definition === undefined) yield* logicalLine(reading, place, kept, 0);
    else define(reading, place, definition, numbered);
  }
}

/** Nearly every line: no condition, definition, loop or include. */
const isPlain = (text: string): boolean => !/[$~@]/.test(text) && !text.startsWith('include');

function physicalLine(
  reading: Reading,
  place: Place,
  text: string,
  index: number,
): Line | undefined {
  const line = { file: place.path, line: index + 1, text, column: 1 };
  if (text.length <= limits.lineLength) return withoutComment(line);
  const at = { ...spanOf(line), column: limits.lineLength + 1, length: 1 };
  reading.report(failure(at, `This line is longer than ${limits.lineLength} characters`));
  return undefined;
}

/** A value whose line ends in a backslash goes on in the next. */
function define(
  reading: Reading,
  place: Place,
  { name, value }: { readonly name: string; readonly value: Line },
  following: Iterator<readonly [number, string]>,
): void {
  const parts: string[] = [];
  let part: Line | undefined = value;
  while (part?.text.endsWith('\\') === true) {
    parts.push(part.text.slice(0, -1).trim());
    const next = following.next();
    part =
      next.done === true ? undefined : physicalLine(reading, place, next.value[1], next.value[0]);
  }
  if (part !== undefined) parts.push(part.text);
  reading.definitions.set(name, parts.filter((text, at) => at > 0 || text !== '').join('\n'));
}

// One line that may be a loop, an include or neither.
function* logicalLine(
  reading: Reading,
  place: Place,
  line: Line,
  depth: number,
): Generator<Line, void> {
  if (depth > limits.nesting) {
    reading.report(
      failure(spanOf(line), 'Loops and definitions in this line are nested too deeply'),
    );
    return;
  }
  const loop = loopIn(headExpanded(reading, place, line), reading.report);
  if (loop !== undefined) {
    for (const round of loop.rounds) {
      for (const [name, value] of round) reading.definitions.set(name, value);
      reading.budget.characters -= roundCost + loop.body.text.length;
      if (reading.budget.characters < 0) return tooLong(reading, line);
      yield* logicalLine(reading, place, loop.body, depth + 1);
    }
    for (const [name] of loop.rounds[0] ?? []) reading.definitions.delete(name);
    return;
  }
  const include = includeIn(line, reading.checks);
  if (include === undefined) yield* expandedLines(reading, place, line, depth);
  else yield* includedLines(reading, place, include);
}

/** The head of a loop may use variables of the loop around it. */
function headExpanded(reading: Reading, place: Place, line: Line): Line {
  const close = line.text.startsWith('~') ? line.text.indexOf(')') : -1;
  if (close < 0) return line;
  const head = expand(
    slice(line, 0, close + 1),
    reading.definitions,
    predefinedAt(reading, place),
    reading.budget,
    reading.report,
  );
  return head === undefined ? line : replaced(line, 0, close + 1, head.text);
}

const tooLong = (reading: Reading, line: Line): void =>
  reading.report(failure(spanOf(line), 'This loop makes more text than a configuration may have'));

// A line after its definitions were put in; a value of several lines makes it several.
function* expandedLines(
  reading: Reading,
  place: Place,
  line: Line,
  depth: number,
): Generator<Line, void> {
  const predefined = predefinedAt(reading, place);
  const { definitions, budget, report } = reading;
  const expanded = expand(line, definitions, predefined, budget, report);
  if (expanded === undefined) return;
  if (expanded === line) yield* plainLine(reading, line);
  else {
    for (const part of linesIn(expanded)) {
      const kept = meetCondition(part, reading.configurationId);
      if (kept === undefined || kept.text === '') continue;
      yield* logicalLine(reading, place, kept, depth + 1);
    }
  }
}

function* plainLine(reading: Reading, line: Line): Generator<Line, void> {
  const check = /^include_check(?:\s+(.*))?$/.exec(line.text);
  if (check === null) yield line;
  else reading.checks = changeChecks(reading.checks, (check[1] ?? '').split(/\s+/).filter(Boolean));
}

const predefinedAt = (reading: Reading, place: Place): Predefined => ({
  directory: directoryOf(place.path),
  configurationId: reading.configurationId,
  random: reading.random,
});

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Lines of a text with line feeds. All count as written where the first one was. */
const linesIn = (line: Line): readonly Line[] =>
  line.text.includes('\n')
    ? line.text
        .split('\n')
        .map((text) => trimmed({ ...line, text, columns: columnsFor(line, text) }))
    : [trimmed(line)];

const columnsFor = (line: Line, text: string): readonly number[] =>
  Array.from({ length: text.length }, () => line.columns?.[0] ?? line.column);

function* includedLines(
  reading: Reading,
  place: Place,
  include: NonNullable<ReturnType<typeof includeIn>>,
): Generator<Line, void> {
  const { at } = include;
  const { report } = reading;
  for (const { path, text } of includedFiles(
    include,
    directoryOf(place.path),
    reading.files,
    report,
  )) {
    const way = wayTo(place);
    if (way.includes(path)) report(failure(at, `${path} includes itself`, { status: 6 }));
    else if (way.length > limits.includeDepth)
      report(failure(at, 'Includes are nested too deeply'));
    else if (++reading.filesRead > limits.files) report(failure(at, 'Too many files are included'));
    else yield* fileLines(reading, { path, outer: place }, text);
  }
}

const wayTo = (place: Place | undefined): readonly string[] =>
  place === undefined ? [] : [...wayTo(place.outer), place.path];
