import { failure } from '../../text/diagnostic.ts';
import { nearest } from '../nearest.ts';
import { peek, take, type Cursor } from '../cursor.ts';
import type { Read, Value } from '../value.ts';

/** One option of an entry in the manner of ip(8): its words besides the first, and what they set. */
export type EntryOptions = Readonly<Record<string, Value<unknown> | string>>;

/**
 * Reads `name value` pairs up to the end of the entry, into a table by name; an option that is a string stands for
 * the one that it names. What nobody knows is reported and ends the reading, as keepalived ignores the rest.
 */
export function readOptions(cursor: Cursor, options: EntryOptions): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (let word = peek(cursor); word !== undefined; word = peek(cursor)) {
    const named = lookUp(options, word.text);
    if (named === undefined) {
      const near = nearest(word.text, Object.keys(options));
      const hint = near === undefined ? undefined : `Did you mean '${near}'?`;
      cursor.report(failure(word.at, `'${word.text}' is unknown here`, { hint }));
      cursor.index = cursor.words.length;
      return values;
    }
    cursor.index++;
    const read: Read<unknown> = named.value.read(cursor);
    if (read === undefined) return values;
    values[named.name] = read.value;
  }
  return values;
}

function lookUp(
  options: EntryOptions,
  text: string,
): { readonly name: string; readonly value: Value<unknown> } | undefined {
  const found = Object.hasOwn(options, text) ? options[text] : undefined;
  if (typeof found === 'string') return lookUp(options, found);
  return found === undefined ? undefined : { name: text, value: found };
}

/** The next word as it is; reported if there is none. */
export const rawWord = (syntax: string): Value<string> => ({
  syntax,
  optional: false,
  read: (cursor) => {
    const word = take(cursor, syntax);
    return word === undefined ? undefined : { value: word.text };
  },
});
