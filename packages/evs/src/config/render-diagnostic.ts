import type { Diagnostic } from './text/diagnostic.ts';

const longestShown = 160;

/**
 * A problem as compilers print it: place and reason, the source line, a caret under the words that are meant, and
 * what to do.
 */
export function renderDiagnostic(
  { severity, at, message, hint }: Diagnostic,
  sources: ReadonlyMap<string, readonly string[]>,
): string {
  const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
  const lines = [printable(`${place}${severity}: ${message}`)];
  const source = at === undefined ? undefined : sources.get(at.file)?.[at.line - 1];
  if (at !== undefined && source !== undefined) lines.push(...excerpt(source, at.line, at));
  if (hint !== undefined) lines.push(`      = ${printable(hint)}`);
  return lines.join('\n');
}

function excerpt(
  source: string,
  line: number,
  { column, length }: { readonly column: number; readonly length: number },
): readonly string[] {
  const from = column > longestShown ? column - longestShown / 2 : 0;
  const shown = printable(source.slice(from, from + longestShown));
  const before = column - 1 - from;
  // Tabs stay tabs, so that the caret stands under its word.
  const margin = shown.slice(0, before).replaceAll(/[^\t]/g, ' ').padEnd(before);
  const room = Math.max(1, shown.length - before);
  const carets = '^'.repeat(Math.max(1, Math.min(length, room)));
  return [`${String(line).padStart(5)} | ${shown}`, `      | ${margin}${carets}`];
}

/** Without control characters, which a terminal would obey. */
const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
