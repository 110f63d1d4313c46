/** A decimal number as strtol reads it: leading blanks and a sign are fine, anything behind it is not. */
export function parseNumber(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined;
  const number = Number(text);
  return number >= minimum && number <= maximum ? number : undefined;
}

/** The number that a text begins with, as atoi reads it; 0 if it begins with none. */
export const leadingNumber = (text: string): number =>
  Number(/^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text)?.[1] ?? 0);
