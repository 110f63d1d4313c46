/** Every error code with its meaning; docs/reference/errors.md lists exactly these. */
export const errorCodes = {
  E_SYSTEM_CALL: 'The kernel refused a system call',
  E_VERIFIER: 'The kernel refused a program',
  E_NO_PRIVILEGE: 'The process may not do this: it needs root',
  E_OLD_KERNEL: 'The kernel lacks a feature that is needed',
  E_NO_BPF_FS: 'No BPF file system could be mounted',
  E_NO_DEVICE: 'There is no such network device',
  E_TABLE_FULL: 'A table is full',
  E_DAEMON_RUNNING: 'Another daemon serves this network namespace',
  E_NO_DAEMON: 'No daemon answers',
  E_STATE_FILE: 'The saved state cannot be read or written',
  E_SERVICE_EXISTS: 'The virtual service is there already',
  E_NO_SERVICE: 'There is no such virtual service',
  E_SERVER_EXISTS: 'The real server is there already',
  E_NO_SERVER: 'The virtual service has no such real server',
  E_NO_SCHEDULER: 'There is no scheduler or persistence engine of that name',
  E_RANGE: 'A number is out of range',
  E_INVALID: 'The request makes no sense',
  E_UNSUPPORTED: 'That is not built yet',
  E_LAB: 'The lab could not be built',
} as const;
export type ErrorCode = keyof typeof errorCodes;
