import { describe, expect, test } from 'vitest';
import { goldenLines } from '../../../../test/fixtures/config/golden-files.ts';
import { readLineIn } from '../../../../test/fixtures/config/read-line.ts';
import type { AnyGroup } from '../spec.ts';
import { root } from './root.ts';

/** Every block of the language by its name, the outermost as `root`. */
function blocksIn(name: string, group: AnyGroup): readonly (readonly [string, AnyGroup])[] {
  const inner = Object.entries(group.keywords).flatMap(([word, spec]) =>
    spec.kind === 'group' ? blocksIn(word, spec) : [],
  );
  return [[name, group], ...inner];
}

const blocks = new Map(blocksIn('root', root));

describe.each([...blocks])('in %s', (name, group) => {
  const golden = goldenLines(name);

  test('every keyword has a line in the golden file', () => {
    const shown = new Set(golden.map(({ line }) => line.split(/\s/)[0]));
    const known = [...Object.keys(group.keywords), ...Object.keys(group.synonyms)];
    expect(known.filter((keyword) => !shown.has(keyword))).toEqual([]);
  });

  test('every line is read as it says', () => {
    const read = golden.map(({ line }) => ({ line, expected: readLineIn(group, line) }));
    expect(read).toEqual(golden);
  });
});
