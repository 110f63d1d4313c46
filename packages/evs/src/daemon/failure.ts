import { EvsError, type ErrorCode } from '../errors/index.ts';

/** An error as one process tells it to another. */
export interface Failure {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly hint?: string;
}

/** What an operator should read about an error. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  if (!(error instanceof EvsError)) return { message: error.message };
  const { message, code, hint } = error;
  return { message, code, ...(hint !== undefined && { hint }) };
}

/** The lines to print on standard error. */
export const failureText = ({ message, hint }: Failure): string =>
  `evsd: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`;
