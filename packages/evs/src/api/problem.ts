import { EvsError, errorCodes, type ErrorCode } from '../errors/index.ts';

/** Problem details, RFC 9457, with our code and hint as extension members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint?: string;
}

const statuses: Partial<Record<ErrorCode, number>> = {
  E_INVALID: 400,
  E_RANGE: 400,
  E_NO_SCHEDULER: 400,
  E_CONFIGURATION: 422,
  E_NO_PRIVILEGE: 403,
  E_NO_SERVICE: 404,
  E_NO_SERVER: 404,
  E_NO_DEVICE: 404,
  E_SERVICE_EXISTS: 409,
  E_SERVER_EXISTS: 409,
  E_SYNC_RUNNING: 409,
  E_NO_SYNC: 404,
  E_UNSUPPORTED: 501,
  E_TABLE_FULL: 507,
};

export const problemType = 'application/problem+json';

export const problemOf = (code: ErrorCode, detail: string, hint?: string): Problem => ({
  type: `urn:evs:error:${code}`,
  title: errorCodes[code],
  status: statuses[code] ?? 500,
  detail,
  code,
  ...(hint !== undefined && { hint }),
});

/** What the client hears of an error that ended its request. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof EvsError) return problemOf(error.code, error.message, error.hint);
  const { message, statusCode = 500 } = error as { message: string; statusCode?: number };
  if (statusCode < 500) return { ...problemOf('E_INVALID', message), status: statusCode };
  return problemOf('E_SYSTEM_CALL', message);
}
