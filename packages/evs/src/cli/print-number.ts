const unitColumns = 8;

/**
 * A counter in ipvsadm's 9 columns: from 100 million on cut to thousands, millions and so on, never
 * rounded up. `exact` writes all digits, wider if they need it.
 */
export function printNumber(number: number, exact: boolean): string {
  const whole = BigInt(Math.trunc(number));
  const digits = whole.toString();
  if (exact) return digits.padStart(Math.max(unitColumns, digits.length) + 1);
  if (whole < 100_000_000n) return digits.padStart(unitColumns + 1);
  const [divisor, unit] = unitOf(whole);
  return `${(whole / divisor).toString().padStart(unitColumns)}${unit}`;
}

function unitOf(number: bigint): readonly [divisor: bigint, unit: string] {
  if (number < 1_000_000_000n) return [1000n, 'K'];
  if (number < 100_000_000_000n) return [1_000_000n, 'M'];
  if (number < 100_000_000_000_000n) return [1_000_000_000n, 'G'];
  return [1_000_000_000_000n, 'T'];
}
