import { caution, failure, type Report, type TestStatus } from '../text/diagnostic.ts';
import type { Span } from '../text/span.ts';
import type { Block, Statement } from '../text/tree.ts';
import { cursorAt, peek } from './cursor.ts';
import { elsewhere, meant } from './hints.ts';
import { statusWithoutArgument } from './missing.ts';
import type { AnyGroup, Leaf, List, Located, SectionOf, Spec } from './spec.ts';
import { flag } from './value.ts';

type Values = Record<string, Located<unknown>[]>;

/** What a block of keywords says. Whatever is wrong is reported, all of it, and left out. */
export function readSection<G extends AnyGroup>(
  group: G,
  statements: readonly Statement[],
  report: Report,
): SectionOf<G> {
  return {
    argument: true,
    keywords: readKeywords('', group, statements, report),
  } as unknown as SectionOf<G>;
}

function readKeywords(
  block: string,
  group: AnyGroup,
  statements: readonly Statement[],
  report: Report,
): Values {
  const values = { ...unusedIn(group) };
  for (const statement of statements) {
    const [{ text, at, quoted }] = statement.words;
    const name = Object.hasOwn(group.synonyms, text) ? (group.synonyms[text] ?? text) : text;
    const spec = !quoted && Object.hasOwn(group.keywords, name) ? group.keywords[name] : undefined;
    if (spec === undefined) {
      const hint = elsewhere(text, statement.block !== undefined) ?? meant(text, group);
      const status = text.startsWith('evs:') ? 0 : 5;
      report(failure(at, `Unknown keyword '${text}'`, { hint, status }));
    } else {
      remark(spec, text, at, report);
      const read = readSpec(block, spec, statement, report);
      if (read !== undefined) {
        const use = { value: read.value, at: statement.at };
        values[name] = kept(spec, values[name] ?? none, use, report);
      }
    }
  }
  return values;
}

/** What is to be said of a keyword that is understood. */
function remark(
  { notCarriedOut, deprecated, told }: Spec,
  name: string,
  at: Span,
  report: Report,
): void {
  if (deprecated !== undefined) {
    report(
      caution(at, `${name} is out of date`, {
        hint: `Write ${deprecated}`,
        status: told === true ? 5 : 0,
      }),
    );
  } else if (notCarriedOut !== undefined) {
    const reason = notCarriedOut === true ? '' : `: ${notCarriedOut}`;
    report(caution(at, `${name} is read, but evs does not carry it out${reason}`, { status: 0 }));
  }
}

/** All uses that count: of a keyword that may be there once, the last or the first. */
function kept(
  spec: Spec,
  before: Located<unknown>[],
  use: Located<unknown>,
  report: Report,
): Located<unknown>[] {
  const [first] = before;
  if (first === undefined || (spec.kind === 'leaf' && spec.repeat === 'last')) return [use];
  if (spec.kind !== 'leaf' || spec.repeat === 'all') {
    before.push(use);
    return before;
  }
  if (JSON.stringify(first.value) !== JSON.stringify(use.value)) {
    report(failure(use.at, 'This is set above already, and the first counts'));
  }
  return before;
}

/** Shared, and therefore never added to. */
const none: Located<unknown>[] = [];
const unused = new WeakMap<AnyGroup, Values>();

/** Every keyword of a block, none used. Made once: a large file has thousands of blocks of one kind. */
function unusedIn(group: AnyGroup): Values {
  const known = unused.get(group);
  if (known !== undefined) return known;
  const made = Object.fromEntries(Object.keys(group.keywords).map((name) => [name, none]));
  unused.set(group, made);
  return made;
}

type Result = { readonly value: unknown } | undefined;

function readSpec(block: string, spec: Spec, statement: Statement, report: Report): Result {
  const whenMissing = statusWithoutArgument(block, statement.words[0].text);
  if (spec.kind === 'leaf') return readLeaf(spec, statement, report, whenMissing);
  const [{ text }] = statement.words;
  const cursor = cursorAt(statement, 1, report, whenMissing);
  const argument = spec.argument.read(cursor);
  const extra = peek(cursor);
  if (argument !== undefined && extra !== undefined) {
    const status = spec.kind === 'group' && spec.argument === flag ? 0 : 5;
    report(failure(extra.at, `${text} takes no '${extra.text}'`, { status }));
  }
  if (statement.block === undefined) {
    const status = spec.kind === 'list' && block.startsWith('vrrp') ? 0 : 5;
    report(failure(statement.at, `${text} needs a block: a '{' is missing`, { status }));
    return undefined;
  }
  const body =
    spec.kind === 'list'
      ? { entries: readEntries(spec, statement.block, report) }
      : { keywords: readKeywords(text, spec, statement.block.statements, report) };
  return argument === undefined ? undefined : { value: { argument: argument.value, ...body } };
}

function readLeaf(
  spec: Leaf<unknown>,
  statement: Statement,
  report: Report,
  whenMissing: TestStatus,
): Result {
  const [{ text }] = statement.words;
  if (statement.block !== undefined) {
    const message = `${text} takes no block`;
    report(failure(statement.block.open, message));
  }
  const cursor = cursorAt(statement, 1, report, whenMissing);
  const read = spec.value.read(cursor);
  const extra = peek(cursor);
  if (read !== undefined && extra !== undefined) {
    const hint = 'Each keyword has a line of its own';
    report(caution(extra.at, `'${extra.text}' and what follows is ignored`, { hint, status: 0 }));
  }
  return read;
}

function readEntries(spec: List<unknown, unknown>, block: Block, report: Report) {
  return block.statements.flatMap((statement): Located<unknown>[] => {
    if (statement.block !== undefined) {
      report(failure(statement.block.open, 'An entry takes no block'));
    }
    const cursor = cursorAt(statement, 0, report);
    const read = spec.entry.read(cursor);
    const extra = peek(cursor);
    if (read !== undefined && extra !== undefined) {
      report(failure(extra.at, `'${extra.text}' is unknown here`, { hint: 'One entry a line' }));
    }
    return read === undefined ? [] : [{ value: read.value, at: statement.at }];
  });
}

/** The value of a keyword that counts once. */
export const only = <T>(values: readonly Located<T>[]): T | undefined => values.at(-1)?.value;

/** Where it was written. */
export const placeOf = (values: readonly Located<unknown>[]): Span | undefined => values.at(-1)?.at;

/** Whether a keyword without argument is there. */
export const has = (values: readonly Located<unknown>[]): boolean => values.length > 0;
