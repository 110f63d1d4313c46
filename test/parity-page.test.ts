import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namedTests, parityPage } from '../scripts/parity/page.ts';
import { idleSettings, sections } from '../scripts/parity/table.ts';
import { settingNames } from '../packages/evs/src/director/index.ts';

test('docs/reference/parity.md is what npm run parity writes', () => {
  expect(readFileSync('docs/reference/parity.md', 'utf8')).toBe(parityPage());
});

test('every test that the page names is there', () => {
  expect(namedTests().filter((file) => !existsSync(`packages/evs/${file}`))).toEqual([]);
});

test('what is equal is shown by a test, what is not says why', () => {
  const rows = sections.flatMap((section) => section.rows);
  expect(
    rows.filter(({ verdict, tests = [] }) => verdict === 'equal' && tests.length === 0),
  ).toEqual([]);
  expect(rows.filter(({ verdict, note }) => verdict !== 'equal' && note === undefined)).toEqual([]);
  expect(
    Object.keys(idleSettings).filter((name) => !settingNames.some((one) => one === name)),
  ).toEqual([]);
});
