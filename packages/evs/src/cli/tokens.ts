import { CommandLineError } from './command-line-error.ts';
import { options, type Option } from './options.ts';

/** One option, read in the way of the popt library. */
export interface Token {
  readonly option: Option;
  /** Undefined for options without one. */
  readonly value: string | undefined;
  /** The last word that was read for it. */
  readonly word: string;
}

const byShort = new Map(options.map((option) => [option.short, option]));
const byLong = new Map(options.map((option) => [option.long, option]));

/**
 * Reads options from left to right, as they are asked for; words that are none are put into `operands`.
 *
 * @yields options with their values
 * @throws a CommandLineError at the first word that is misspelt or lacks its value
 */
export function* readTokens(words: readonly string[], operands: string[]): Generator<Token, void> {
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      operands.push(...rest);
      return;
    }
    if (word.startsWith('--')) yield readLong(word, rest);
    else if (word.startsWith('-') && word.length > 1) yield* readShort(word, rest);
    else operands.push(word);
  }
}

function readLong(word: string, rest: string[]): Token {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const joined = equals < 0 ? undefined : word.slice(equals + 1);
  const option = name === '' ? undefined : byLong.get(name);
  if (option === undefined) throw misspelt(word, 'unknown option');
  return withValue(option, word, joined, rest);
}

// Letters may be joined: `-Ln`, `-mw5`, `-w=5`.
function* readShort(word: string, rest: string[]): Generator<Token, void> {
  for (let at = 1; at < word.length; at++) {
    const option = byShort.get(word.charAt(at));
    if (option === undefined) throw misspelt(word, 'unknown option');
    const tail = word.slice(at + 1);
    const joined = tail === '' ? undefined : tail.replace(/^=/, '');
    const takesTail = option.value !== undefined || tail.startsWith('=');
    yield withValue(option, word, takesTail ? joined : undefined, rest);
    if (takesTail) return;
  }
}

function withValue(
  option: Option,
  word: string,
  joined: string | undefined,
  rest: string[],
): Token {
  if (option.value === undefined) {
    if (joined !== undefined) throw misspelt(word, 'option does not take an argument');
    return { option, value: undefined, word };
  }
  if (joined !== undefined) return { option, value: joined, word };
  if (option.value === 'optional' && rest[0]?.startsWith('-') !== false) {
    return { option, value: undefined, word };
  }
  const value = rest.shift();
  if (value === undefined) throw misspelt(word, 'missing argument');
  return { option, value, word: value };
}

const misspelt = (word: string, reason: string): CommandLineError =>
  new CommandLineError(`${word}: ${reason}`, 255, false);
