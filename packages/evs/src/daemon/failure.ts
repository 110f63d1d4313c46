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
  if (!(error instanceof EvsError))
    return isForbidden(error) ? forbidden(error) : { message: error.message };
  const { message, code, hint } = error;
  return { message, code, ...(hint !== undefined && { hint }) };
}

/** Of the file system; system calls of our own say it themselves. */
const isForbidden = (error: Error): boolean =>
  'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
const forbidden = ({ message }: Error): Failure => ({
  message,
  code: 'E_NO_PRIVILEGE',
  hint: 'Run evsd as root',
});

/** The lines to print on standard error. */
export const failureText = ({ message, hint }: Failure): string =>
  `evsd: ${message}\n${hint === undefined ? '' : `Hint: ${hint}\n`}`;
