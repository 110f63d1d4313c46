import { constants } from 'node:os';
import { EvsError, type ErrorCode } from '../errors/index.ts';
import { errno } from './libc.ts';

const names = constants.errno as Readonly<Record<string, number>>;
/** Of two names for a number the first counts, except for those that manual pages use. */
const errnoNames = new Map([
  ...Object.entries(names)
    .map(([name, number]) => [number, name] as const)
    .toReversed(),
  [names['EAGAIN'] ?? 0, 'EAGAIN'] as const,
  [names['EOPNOTSUPP'] ?? 0, 'EOPNOTSUPP'] as const,
  // Not for user space, and yet it gets there: include/linux/errno.h.
  [524, 'ENOTSUPP'] as const,
]);

/** `ENOENT` for 2; the bare number if it has no name here. */
export const errnoName = (number: number): string => errnoNames.get(number) ?? `errno ${number}`;

/** The kernel refused a system call. Code E_NO_PRIVILEGE after EPERM and EACCES, else E_SYSTEM_CALL. */
export class SystemCallError extends EvsError {
  override readonly name: string = 'SystemCallError';
  /** The call, with its command if it is a family of calls: `bpf(BPF_MAP_CREATE)`. */
  readonly call: string;
  /** What it was tried on: `map services`. */
  readonly on: string;
  readonly errno: number;
  /** `EINVAL`; see errno(3). */
  readonly errnoName: string;

  constructor(call: string, on: string, number: number, options: SystemCallErrorOptions = {}) {
    const name = errnoName(number);
    const forbidden = number === constants.errno.EPERM || number === constants.errno.EACCES;
    const detail = options.detail === undefined ? '' : `: ${options.detail}`;
    const hint = options.hint ?? (forbidden ? 'Run it as root' : undefined);
    super(
      options.code ?? (forbidden ? 'E_NO_PRIVILEGE' : 'E_SYSTEM_CALL'),
      `Cannot ${options.attempt ?? `call ${call} on`} ${on}: ${name}${detail}`,
      hint === undefined ? {} : { hint },
    );
    this.call = call;
    this.on = on;
    this.errno = number;
    this.errnoName = name;
  }
}

/** What may be added to the message of a SystemCallError. */
export interface SystemCallErrorOptions {
  /** In words, instead of the name of the call: `create`. */
  readonly attempt?: string;
  /** What the kernel says about it beside errno. */
  readonly detail?: string;
  readonly hint?: string;
  /** A better code than errno gives. */
  readonly code?: ErrorCode;
}

/** Passes the result of a C library call on, or throws SystemCallError if it is negative. */
export function checked(
  result: number | bigint,
  call: string,
  on: string,
  options?: SystemCallErrorOptions,
): number {
  if (result < 0) throw new SystemCallError(call, on, errno(), options);
  return Number(result);
}

/** True if the error says that a system call failed with this errno, by name. */
export const isErrno = (error: unknown, name: string): error is SystemCallError =>
  error instanceof SystemCallError && error.errno === names[name];

/** The same of an error that one of Node's own functions threw. */
export const isErrnoCode = (error: unknown, name: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === name;
