import { readSync, writeSync } from 'node:fs';
import { libc } from './libc.ts';
import { checked, isErrnoCode } from './system-call.ts';

const EFD_CLOEXEC = 0x8_0000;
const EFD_NONBLOCK = 0x800;
const one = new Uint8Array(new BigUint64Array([1n]).buffer);

/** A flag that one thread raises and another can wait for in poll(2). eventfd(2). */
export class EventDescriptor implements Disposable {
  readonly fd: number;

  constructor() {
    this.fd = checked(
      libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
      'eventfd',
      'an event descriptor',
      { attempt: 'open' },
    );
  }

  [Symbol.dispose](): void {
    libc.close(this.fd);
  }
}

/** Raises the flag: the descriptor is readable until `lower`. */
export const raise = (fd: number): void => {
  writeSync(fd, one);
};

/** Lowers it; one that is down stays so. */
export function lower(fd: number): void {
  try {
    readSync(fd, new Uint8Array(8));
  } catch (error) {
    if (!isErrnoCode(error, 'EAGAIN')) throw error;
  }
}
