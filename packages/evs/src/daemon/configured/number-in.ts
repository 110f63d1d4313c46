/** C's notations of a whole number: decimal, octal with 0, hexadecimal with 0x. */
const form = /^\s*([+-]?)(?:0[xX]([\da-fA-F]+)|0([0-7]*)|(\d+))/;
const [least, most] = [-0x8000_0000, 0x7fff_ffff];

/**
 * The number that a tracked file begins with: 0 if it begins with none; undefined, which leaves the last one in
 * force, if it does not fit into 32 bits. keepalived.conf(5), track_file.
 */
export function numberIn(text: string): number | undefined {
  const found = form.exec(text);
  if (found === null) return 0;
  const [, sign, hexadecimal, octal, decimal] = found;
  const magnitude =
    hexadecimal === undefined
      ? Number.parseInt(decimal ?? `0${octal ?? ''}`, decimal === undefined ? 8 : 10)
      : Number.parseInt(hexadecimal, 16);
  const value = sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
  return value < least || value > most ? undefined : value;
}
