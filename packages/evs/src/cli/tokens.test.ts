import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommandLineError } from './command-line-error.ts';
import { readTokens } from './tokens.ts';

function read(...words: string[]) {
  const operands: string[] = [];
  const tokens = [...readTokens(words, operands)].map(({ option, value, word }) => ({
    name: option.long ?? option.short,
    value,
    word,
  }));
  return { tokens, operands };
}

test('readTokens() takes joined letters apart', () => {
  expect(read('-Lnw5').tokens).toEqual([
    { name: 'list', value: undefined, word: '-Lnw5' },
    { name: 'numeric', value: undefined, word: '-Lnw5' },
    { name: 'weight', value: '5', word: '-Lnw5' },
  ]);
});

test('readTokens() takes a value behind =, joined, or as the next word, whatever that is', () => {
  const values = read('-w=5', '--weight=6', '-w', '-7', '--weight', '--').tokens.map(
    ({ value }) => value,
  );
  expect(values).toEqual(['5', '6', '-7', '--']);
});

test('readTokens() takes an optional value only if it does not begin with -', () => {
  const values = read('-p', '-p', '5', '-p', '').tokens.map(({ value }) => value);
  expect(values).toEqual([undefined, '5', '']);
});

test('readTokens() leaves words alone, -, and all that follows --', () => {
  expect(read('a', '-n', '-', '--', '-L').operands).toEqual(['a', '-', '-L']);
});

function complaintOf(words: readonly string[]): unknown {
  try {
    read(...words);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('readTokens() throws nothing but a CommandLineError', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('-A', '-t', '--weight', '-p', '--', '-', '--persistent=', '-mw', '-n=1'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      expect(complaintOf(words)).toSatisfy(
        (complaint) => complaint === undefined || complaint instanceof CommandLineError,
      );
    }),
  );
});
