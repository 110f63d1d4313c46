import { failure, type Report } from './diagnostic.ts';
import { limits } from './limits.ts';
import { replaced, slice, spanOf, type Line } from './line.ts';

/** Values of `$NAME`, by name. A value of several lines has line feeds. */
export type Definitions = Map<string, string>;

/** Characters that definitions may still write in this configuration; see limits.expandedTotal. */
export interface Budget {
  characters: number;
}

/** Definitions that need no `$NAME=`. */
export interface Predefined {
  /** `$_PWD`: the folder of the file that is read. */
  readonly directory: string;
  /** `$_INSTANCE`. */
  readonly configurationId: string;
  /** At least 0 and less than 1, for `$_RANDOM`. */
  readonly random: () => number;
}

/** Name and beginning of the value of a line `$NAME=value`; no blank before the equals sign. */
export function definitionIn(line: Line): { name: string; value: Line } | undefined {
  const match = /^\$([A-Za-z_]\w*)=\s*/.exec(line.text);
  if (match === null) return undefined;
  return { name: match[1] ?? '', value: slice(line, match[0].length) };
}

/**
 * A line with its `${NAME}` and `$NAME` put in, as long as there are any. A name without braces must be followed by
 * a blank, a comma, a closing parenthesis or the end. Names that nobody defined stay as they are.
 */
export function expand(
  line: Line,
  definitions: Definitions,
  predefined: Predefined,
  budget: Budget,
  report: Report,
): Line | undefined {
  let result = line;
  let from = 0;
  for (let count = 0; ; count++) {
    const use = nextUse(result.text, from);
    if (use === undefined) return result;
    const value = definitions.get(use.name) ?? predefinedValue(use, predefined);
    if (value === undefined) from = use.start + 1;
    else {
      result = replaced(result, use.start, use.end, value);
      from = use.start;
      // What a predefined name stands for is text: `$_HASH` is no comment, and holds no names.
      if (!definitions.has(use.name)) from += value.length;
      budget.characters -= result.text.length;
    }
    if (tooMuch(count, result, budget)) {
      const hint = 'A definition that contains itself never ends';
      report(failure(spanOf(line), 'The definitions in this line grow too long', { hint }));
      return undefined;
    }
  }
}

const tooMuch = (count: number, { text }: Line, { characters }: Budget): boolean =>
  count >= limits.expansionsPerLine || text.length > limits.expandedLength || characters < 0;

interface Use {
  readonly name: string;
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
}

const useForm = /\$(?:\{([A-Za-z_]\w*)((?:\s+-?\d+){0,2})\s*\}|([A-Za-z_]\w*)(?=[\s,)]|$))/g;

function nextUse(text: string, from: number): Use | undefined {
  useForm.lastIndex = from;
  const match = useForm.exec(text);
  if (match === null) return undefined;
  const [whole, braced, words = '', plain] = match;
  return {
    name: braced ?? plain ?? '',
    words: words.split(/\s+/).filter(Boolean),
    start: match.index,
    end: match.index + whole.length,
  };
}

function predefinedValue({ name, words }: Use, predefined: Predefined): string | undefined {
  switch (name) {
    case '_PWD':
      return predefined.directory;
    case '_INSTANCE':
      return predefined.configurationId;
    case '_HASH':
      return '#';
    case '_BANG':
      return '!';
    case '_RANDOM':
      return randomNumber(words.map(Number), predefined.random);
    default:
      return undefined;
  }
}

const randomNumber = ([least = 0, most = 32_767]: readonly number[], random: () => number) =>
  String(least + Math.floor(random() * Math.max(1, most - least + 1)));
