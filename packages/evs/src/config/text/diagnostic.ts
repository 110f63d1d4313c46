import type { Span } from './span.ts';

/**
 * What `keepalived -t` exits with for a problem of this kind: 0 it says nothing, 2 a missing parameter,
 * 5 any other message, 6 a strict include that failed.
 */
export type TestStatus = 0 | 2 | 5 | 6;

/** One thing that is wrong, or not as it may have been meant. */
export interface Diagnostic {
  /** An error: the line has no effect as written. A warning: it has, but perhaps not the one that was meant. */
  readonly severity: 'error' | 'warning';
  readonly status: TestStatus;
  /** Absent for a problem of a whole file. */
  readonly at?: Span;
  /** Sentence case, no full stop. */
  readonly message: string;
  readonly hint?: string;
}

export type Report = (diagnostic: Diagnostic) => void;

interface Details {
  readonly hint?: string | undefined;
  readonly status?: TestStatus;
}

/** A line that has no effect. keepalived says so and runs, hence status 5, unless told otherwise. */
export const failure = (at: Span | undefined, message: string, details: Details = {}): Diagnostic =>
  diagnostic('error', at, message, details);

/** A line that has an effect, perhaps not the one that was meant. */
export const caution = (at: Span | undefined, message: string, details: Details = {}): Diagnostic =>
  diagnostic('warning', at, message, details);

const diagnostic = (
  severity: Diagnostic['severity'],
  at: Span | undefined,
  message: string,
  { hint, status = 5 }: Details,
): Diagnostic => ({
  severity,
  status,
  ...(at === undefined ? {} : { at }),
  message,
  ...(hint === undefined ? {} : { hint }),
});
