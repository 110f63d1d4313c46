import { failure, type Report } from './diagnostic.ts';
import { limits } from './limits.ts';
import { slice, type Line } from './line.ts';
import { spanning, type Span } from './span.ts';
import { piecesOf, wordsOf, type Word } from './words.ts';

/** A line's words, and the block behind them if there is one. */
export interface Statement {
  /** At least one. */
  readonly words: readonly [Word, ...Word[]];
  /** All of it, for values that read quotes themselves. */
  readonly line: Line;
  readonly at: Span;
  readonly block: Block | undefined;
}

export interface Block {
  readonly open: Span;
  readonly statements: readonly Statement[];
}

interface OpenBlock {
  readonly open: Span;
  readonly statements: {
    words: Statement['words'];
    line: Line;
    at: Span;
    block: Block | undefined;
  }[];
}

/**
 * Statements and blocks by their braces alone, without knowing a keyword. A brace belongs to the statement before it,
 * also over the end of a line.
 */
export function treeOf(lines: readonly Line[], report: Report): readonly Statement[] {
  const start: Span = { file: '', line: 1, column: 1, length: 1 };
  const root: OpenBlock = { open: start, statements: [] };
  const stack: OpenBlock[] = [root];
  const within = (): OpenBlock => stack.at(-1) ?? root;
  for (const piece of lines.flatMap((line) => piecesOf(line, report))) {
    if (piece.kind === 'statement') addStatement(within(), piece.line);
    else if (piece.kind === 'open') openBlock(stack, within(), piece.at, report);
    else if (stack.length > 1) stack.pop();
    else report(failure(piece.at, "This '}' closes nothing"));
  }
  for (const { open } of stack.slice(1)) {
    report(failure(open, "The block that begins here is never closed: a '}' is missing"));
  }
  return root.statements;
}

function addStatement(block: OpenBlock, line: Line): void {
  const [first, ...rest] = wordsOf(line);
  if (first === undefined) return;
  const at = spanning(first.at, rest.at(-1)?.at ?? first.at);
  const start = line.text.length - line.text.trimStart().length;
  block.statements.push({
    words: [first, ...rest],
    line: slice(line, start),
    at,
    block: undefined,
  });
}

function openBlock(stack: OpenBlock[], within: OpenBlock, at: Span, report: Report): void {
  const owner = within.statements.at(-1);
  const inner: OpenBlock = { open: at, statements: [] };
  if (owner === undefined || owner.block !== undefined) {
    report(failure(at, "Unexpected '{': no keyword stands before it"));
  } else if (stack.length > limits.blockDepth) {
    report(failure(at, 'Blocks are nested too deeply'));
  } else owner.block = inner;
  stack.push(inner);
}
