import { expect, test } from 'vitest';
import { commandLine, step } from './step.ts';

test('step() splits a line into words', () => {
  expect(step('client', 'ip route add default via 192.168.37.1')).toEqual({
    at: 'client',
    argv: ['ip', 'route', 'add', 'default', 'via', '192.168.37.1'],
  });
});

test('commandLine() quotes what a shell would change', () => {
  expect(commandLine(['echo', "it's", '$HOME', '', 'a=b'])).toBe(`echo 'it'\\''s' '$HOME' '' a=b`);
});
