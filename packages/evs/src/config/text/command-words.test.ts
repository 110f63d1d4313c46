import { expect, test } from 'vitest';
import { commandWords } from './command-words.ts';

test.each([
  ['/bin/a b  c', ['/bin/a', 'b', 'c']],
  [`"/bin/a b" 'c "d'`, ['/bin/a b', 'c "d']],
  [`a"b c"'d'e ''`, ['ab cde', '']],
  [String.raw`a\tb \x41\102 \cA \q`, ['a\tb', 'AB', '\x01', 'q']],
  [String.raw`\ \"`, [' "']],
])('%s are the words %j', (text, words) => {
  expect(commandWords(text)).toEqual({ words });
});

test('a quote that is not closed is found', () => {
  expect(commandWords(`a 'b`)).toEqual({ problem: 'This quote is not closed', index: 2 });
});
