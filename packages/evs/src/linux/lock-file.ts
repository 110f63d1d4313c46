import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { EvsError } from '../errors/index.ts';
import { errno, libc } from './libc.ts';
import { errnoName, SystemCallError } from './system-call.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/** A lock that ends with this process at the latest. The file stays: to delete it would let two hold it. */
export interface FileLock extends Disposable {
  readonly path: string;
}

/**
 * Takes an exclusive lock, flock(2), and writes this process's id into the file. Throws E_DAEMON_RUNNING, with
 * the holder's id, if another process has it.
 */
export function lockFile(file: string): FileLock {
  mkdirSync(path.dirname(file), { recursive: true });
  // Not truncated yet: it may hold the id of the process that has the lock.
  const fd = openSync(file, 'a+', 0o644);
  if (libc.flock(fd, LOCK_EX | LOCK_NB) < 0) {
    const error = errno();
    closeSync(fd);
    throw refusal(file, error);
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return { path: file, [Symbol.dispose]: once(() => closeSync(fd)) };
}

function refusal(file: string, error: number): EvsError {
  if (errnoName(error) !== 'EAGAIN') {
    return new SystemCallError('flock', file, error, { attempt: 'lock' });
  }
  const pid = readFileSync(file, 'utf8').trim();
  return new EvsError('E_DAEMON_RUNNING', `Process ${pid} holds ${file}`, {
    hint: 'One daemon serves a network namespace; stop the other one first',
  });
}

/** A function that acts at its first call only. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
