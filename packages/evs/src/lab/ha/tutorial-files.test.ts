import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tutorialFile } from './tutorial-files.ts';

test.each([
  ['lvs-1', 'master'],
  ['lvs-2', 'backup'],
] as const)('%s has the file of the tutorial’s %s', (director, role) => {
  const file = `../../../test/fixtures/config/tutorial-${role}.conf`;
  expect(tutorialFile(director)).toBe(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
});
