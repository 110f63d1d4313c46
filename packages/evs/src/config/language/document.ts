import { root } from './keywords/root.ts';
import type { AnyGroup, Spec } from './spec.ts';

/** The page docs/reference/configuration.md: every block and keyword, from the tree that the reader goes by. */
export function documentLanguage(): string {
  const sections = [section('', 'Outside every block', root), ...blocksOf(root, '')];
  return `${introduction}\n\n${sections.join('\n\n')}\n`;
}

const introduction = `# Configuration keywords

Made from the keyword tree in \`packages/evs/src/config/language/keywords\` by its test; \`npx vitest run -u --project unit document\`
writes it anew. The language itself is keepalived's, see keepalived.conf(5). \`evs check FILE\` tells what is wrong with a file.

- **core**: in most files; **common**: in many; **rare**: seldom seen.
- **not carried out**: read, with a warning that names line and keyword.
- \`#evs: KEYWORD …\`, at the beginning of a line, is for evs alone: keepalived takes it for a comment.
- Times are in seconds; \`on|off\` may also be \`true|false\` or \`yes|no\`, and without it the keyword means on.`;

/** Sections of the blocks inside a block, each once: HTTP_GET and SSL_GET share theirs. */
function blocksOf(group: AnyGroup, path: string): readonly string[] {
  const seen = new Map<object, string>();
  return Object.entries(group.keywords).flatMap(([name, spec]) => {
    if (spec.kind !== 'group') return [];
    const place = path === '' ? name : `${path} › ${name}`;
    const twin = seen.get(spec.keywords);
    if (twin !== undefined)
      return [`## ${place}\n\n${about(spec)}\n\nThe same keywords as ${twin}.`];
    seen.set(spec.keywords, name);
    return [section(place, place, spec), ...blocksOf(spec, place)];
  });
}

function section(path: string, title: string, group: AnyGroup): string {
  const lines = Object.entries(group.keywords).map(([name, spec]) => line(name, spec, group));
  return `## ${title}\n\n${path === '' ? '' : `${about(group)}\n\n`}${lines.join('\n')}`;
}

const about = ({ meaning, argument }: AnyGroup): string => {
  const syntax = argument.syntax === '' ? '' : ` Argument: \`${argument.syntax}\`.`;
  return `${capitalised(meaning)}.${syntax}`;
};

function line(name: string, spec: Spec, group: AnyGroup): string {
  const synonyms = Object.keys(group.synonyms).filter((word) => group.synonyms[word] === name);
  const names = [name.replace(/^evs:/, '#evs: '), ...synonyms]
    .map((word) => `\`${word}\``)
    .join(', ');
  const syntax = syntaxOf(spec);
  const initial = spec.initial === undefined ? '' : ` Default: ${spec.initial}.`;
  return `- ${names}${syntax === '' ? '' : ` \`${syntax}\``}: ${spec.meaning}.${initial} (${marks(spec).join(', ')})`;
}

function syntaxOf(spec: Spec): string {
  if (spec.kind === 'leaf') return spec.value.syntax;
  const inner = spec.kind === 'list' ? `{ ${spec.entry.syntax} }` : '{ … }';
  return [spec.argument.syntax, inner].filter(Boolean).join(' ');
}

function marks({ usage, notCarriedOut, since, deprecated }: Spec): readonly string[] {
  const why = typeof notCarriedOut === 'string' ? `: ${notCarriedOut}` : '';
  return [
    usage,
    ...(since === undefined ? [] : [`since keepalived ${since}`]),
    ...(deprecated === undefined ? [] : [`out of date, write ${deprecated}`]),
    ...(notCarriedOut === undefined ? [] : [`**not carried out**${why}`]),
  ];
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
