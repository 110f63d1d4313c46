import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { initialSettings, settingNames } from '../packages/evs/src/director/index.ts';

test('docs/reference/settings.md lists exactly the settings, with their defaults', () => {
  const page = readFileSync('docs/reference/settings.md', 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+)` +\| ([\d ]+?) +\|/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(listed).toEqual(
    settingNames.map((name) => [name, [initialSettings[name]].flat().join(' ')]),
  );
});
