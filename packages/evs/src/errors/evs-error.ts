import type { ErrorCode } from './codes.ts';

/** Base of every error that an operator may see: what we tried, on what, why not, and what to do. */
export class EvsError extends Error {
  override readonly name: string = 'EvsError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
  }
}
