/** What the results of a program that is run again and again have come to. */
export interface ScriptState {
  /** Undefined: it has not ended once. */
  readonly up: boolean | undefined;
  /** Results in a row that speak against that. */
  readonly against: number;
}

export const initialScript: ScriptState = { up: undefined, against: 0 };

/**
 * The first result counts at once; then so many successes or failures in a row turn it round.
 * keepalived.conf(5), vrrp_script: rise and fall.
 */
export function stepScript(
  { up, against }: ScriptState,
  { rise, fall }: { readonly rise: number; readonly fall: number },
  ok: boolean,
): ScriptState {
  if (up === undefined) return { up: ok, against: 0 };
  if (ok === up) return { up, against: 0 };
  const needed = ok ? rise : fall;
  return against + 1 >= needed ? { up: ok, against: 0 } : { up, against: against + 1 };
}
