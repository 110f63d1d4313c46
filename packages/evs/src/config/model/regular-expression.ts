/** PCRE options that JavaScript has, too. */
const flags: Readonly<Record<string, string>> = { caseless: 'i', multiline: 'm', dotall: 's' };

/**
 * The expression of a regex keyword. keepalived's are PCRE's; JavaScript knows the same common forms. Throws a
 * SyntaxError on those that it does not know.
 */
export const regularExpression = (pattern: string, options: readonly string[]): RegExp =>
  new RegExp(pattern, options.map((option) => flags[option] ?? '').join(''));

/** Why JavaScript cannot use an expression; undefined if it can. */
export function expressionProblem(pattern: string): string | undefined {
  try {
    regularExpression(pattern, []);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
