/** A row of docs/reference/parity.md. */
export interface Row {
  readonly what: string;
  readonly verdict: Verdict;
  /** Why it differs or is missing; what is meant by it. */
  readonly note?: string;
  /** Test files that show it, below packages/evs. */
  readonly tests?: readonly string[];
}

export type Verdict = 'equal' | 'different' | 'missing';

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export const equal = (what: string, ...tests: string[]): Row => ({ what, verdict: 'equal', tests });
export const different = (what: string, note: string, ...tests: string[]): Row => ({
  what,
  verdict: 'different',
  note,
  tests,
});
export const missing = (what: string, note: string): Row => ({ what, verdict: 'missing', note });
