import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../packages/evs/src/errors/index.ts';

test('docs/reference/errors.md lists exactly the error codes, in their order', () => {
  const page = readFileSync('docs/reference/errors.md', 'utf8');
  const listed = [...page.matchAll(/^\| `(E_\w+)`/gm)].map(([, code]) => code);
  expect(listed).toEqual(Object.keys(errorCodes));
});
