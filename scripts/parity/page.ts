import { kernelPicks } from '../../packages/evs/test/fixtures/kernel-picks.ts';
import { pickScenarios } from '../../packages/evs/test/fixtures/pick-scenarios.ts';
import { options } from '../../packages/evs/src/cli/options.ts';
import { schedulers, settingNames } from '../../packages/evs/src/director/index.ts';
import { recordedLines, uses } from './evidence.ts';
import { idleSettings, optionDifferences, schedulerTests, sections } from './table.ts';
import type { Row, Section } from './rows.ts';

/** Schedulers that ip_vs does not have. */
const own = ['wdh', 'wsh'];

/** docs/reference/parity.md. */
export function parityPage(): string {
  const all = [
    optionSection('Commands', true),
    optionSection('Options', false),
    errorSection(),
    ...sections,
    schedulerSection(),
    settingSection(),
  ];
  return `# Parity with ip_vs, ipvsadm and keepalived

Compared with Linux 6.1, ipvsadm 1.31 and keepalived 2.2.7. Written by \`npm run parity\` from the command lines that were
recorded from them, from the tables in \`scripts/parity\` and from the sources; a test compares. \`npm run parity REPORT…\` holds it
against runs (\`vitest --reporter=json\`). What \`evs check\` says, VRRP and BFD are tested beside the real keepalived
(\`test/interop\`); its health checks, mails and trackers by tests of ours, which hold what was observed of it.

${summary(all)}

${all.map(sectionText).join('\n')}`;
}

/** Every test file that a row names, below packages/evs. */
export const namedTests = (): string[] => [
  ...new Set([
    ...sections.flatMap(({ rows }) => rows.flatMap(({ tests = [] }) => tests)),
    ...schedulerTests,
  ]),
];

function summary(all: readonly Section[]): string {
  const rows = all.flatMap((section) => section.rows);
  const count = (verdict: Row['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  return `${count('equal')} rows are equal, ${count('different')} different on purpose, ${count('missing')} missing.`;
}

function optionSection(title: string, commands: boolean): Section {
  const lines = recordedLines();
  const rows = options
    .filter(({ command }) => (command !== undefined) === commands)
    .map((option): Row => ({
      what: spellings(option),
      verdict: 'equal',
      note: `in ${uses(lines, option)} recorded command lines`,
      ...optionDifferences[option.long ?? ''],
    }));
  return { title, rows };
}

const spellings = ({ short, long }: { readonly short?: string; readonly long?: string }): string =>
  [
    ...(short === undefined ? [] : [`\`-${short}\``]),
    ...(long === undefined ? [] : [`\`--${long}\``]),
  ].join(' ');

/** Texts on standard error, with what is quoted in them left open. */
function errorSection(): Section {
  const counts = new Map<string, number>();
  for (const { errors } of recordedLines()) {
    for (const text of errors.filter((one) => one !== '')) {
      const open = text
        .replace(/^\S*: (?=unknown|missing|option)/, '…: ')
        .replace(/[`'][^']*'/g, "'…'")
        .replace(/argument .*/, 'argument …');
      counts.set(open, (counts.get(open) ?? 0) + 1);
    }
  }
  const rows = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, count]): Row => ({
      what: `\`${text}\``,
      verdict: 'equal',
      note: count === 1 ? 'once' : `${count} times`,
    }));
  return { title: 'Error texts', rows };
}

function schedulerSection(): Section {
  const recorded = new Set<string>(
    [...kernelPicks, ...pickScenarios].map(({ scheduler }) => scheduler),
  );
  const rows = schedulers.map((name): Row =>
    own.includes(name)
      ? {
          what: name,
          verdict: 'different',
          note: 'ip_vs has none of that name',
          tests: schedulerTests,
        }
      : {
          what: name,
          verdict: 'equal',
          ...(recorded.has(name) && { note: 'recorded picks' }),
          tests: schedulerTests,
        },
  );
  return { title: 'Schedulers', rows };
}

const settingSection = (): Section => ({
  title: 'Settings',
  rows: settingNames.map((name): Row => ({
    what: `\`${name}\``,
    ...(idleSettings[name] ?? { verdict: 'equal' }),
    tests: ['src/director/settings.test.ts'],
  })),
});

function sectionText({ title, rows }: Section): string {
  const cells = rows.map(({ what, verdict, note = '', tests = [] }) => [
    what,
    verdictText[verdict],
    [note, tests.map(testLink).join(', ')].filter((text) => text !== '').join('; '),
  ]);
  return `## ${title}\n\n${table([['what', 'evs', 'why, shown by'], ...cells])}\n`;
}

const verdictText = {
  equal: 'equal',
  different: 'different on purpose',
  missing: 'missing',
} as const;

const testLink = (file: string): string =>
  `[${file.replace(/^.*\//, '').replace('.test.ts', '')}](../../packages/evs/${file})`;

function table(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = [0, 1, 2].map((column) =>
    Math.max(...safe.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = safe;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
