import type { Command } from '../director/index.ts';
import type { ErrorCode } from '../errors/index.ts';

/** A refusal in the words in which ipvsadm reports the kernel's. */
export function refusalText(command: Command['kind'], { code, message, hint }: Refusal): string {
  const text =
    code === 'E_NO_SERVICE' && aboutServer(command) ? 'Service not defined' : texts[code];
  if (text !== undefined) return text;
  return withHint(message, hint);
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

const texts: Partial<Record<ErrorCode, string>> = {
  E_SERVICE_EXISTS: 'Service already exists',
  E_NO_SERVICE: 'No such service',
  E_SERVER_EXISTS: 'Destination already exists',
  E_NO_SERVER: 'No such destination',
  E_NO_SCHEDULER: 'Scheduler or persistence engine not found',
  E_RANGE: 'Numerical result out of range',
  E_INVALID: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  E_SYNC_RUNNING: 'Daemon has already run',
  E_NO_SYNC: 'No daemon is running',
  E_NO_DEVICE: 'No such device',
  E_NO_PRIVILEGE: 'Permission denied (you must be root)',
};

const aboutServer = (command: Command['kind']): boolean => command.endsWith('RealServer');

const withHint = (text: string, hint: string | undefined): string =>
  hint === undefined ? text : `${text}\n${hint}`;
