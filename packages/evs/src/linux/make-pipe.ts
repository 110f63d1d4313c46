import { libc } from './libc.ts';
import { checked, isErrno } from './system-call.ts';

/** Makes a named pipe, mkfifo(3); one that is there stays as it is. */
export function makePipe(path: string, mode: number): void {
  try {
    checked(libc.mkfifo(path, mode), 'mkfifo', `the pipe ${path}`, { attempt: 'make' });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}
