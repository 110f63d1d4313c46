import { expect, test } from 'vitest';
import { errnoName, isErrno, SystemCallError } from './system-call.ts';

test.each([
  [1, 'EPERM'],
  [11, 'EAGAIN'],
  [95, 'EOPNOTSUPP'],
  [524, 'ENOTSUPP'],
  [9999, 'errno 9999'],
])('errnoName(%i) is %s', (number, name) => {
  expect(errnoName(number)).toBe(name);
});

test('a SystemCallError tells what was tried, on what, and why not', () => {
  const error = new SystemCallError('bpf(BPF_MAP_CREATE)', 'map flows', 22, { attempt: 'create' });

  expect(error.message).toBe('Cannot create map flows: EINVAL');
  expect(error.code).toBe('E_SYSTEM_CALL');
  expect(isErrno(error, 'EINVAL')).toBe(true);
  expect(isErrno(new Error('EINVAL'), 'EINVAL')).toBe(false);
});

test.each([1, 13])('errno %i says that root is needed', (number) => {
  const error = new SystemCallError('mount', '/run/evs/bpf', number);

  expect(error.message).toMatch(/^Cannot call mount on \/run\/evs\/bpf: E/);
  expect(error.code).toBe('E_NO_PRIVILEGE');
  expect(error.hint).toBe('Run it as root');
});
