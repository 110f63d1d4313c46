import path from 'node:path';
import { expect, test } from 'vitest';
import { documentLanguage } from './document.ts';

test('docs/reference/configuration.md says what the keyword tree says', async () => {
  await expect(documentLanguage()).toMatchFileSnapshot(
    path.resolve('docs/reference/configuration.md'),
  );
});
