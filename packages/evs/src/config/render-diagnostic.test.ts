import { expect, test } from 'vitest';
import { exitStatusOf } from './exit-status.ts';
import { filesInMemory, readConfiguration, renderDiagnostic } from './index.ts';

const read = (text: string) =>
  readConfiguration('/k.conf', { files: filesInMemory({ '/k.conf': text }) });
const render = (text: string): string => {
  const { diagnostics, sources } = read(text);
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, sources)).join('\n');
};

test('a problem shows its line, a caret under its words, and what to do', () => {
  expect(render('global_defs {\n\tvrrp_versoin 3 # three\n}'))
    .toBe(`/k.conf:2:2: error: Unknown keyword 'vrrp_versoin'
    2 | \tvrrp_versoin 3 # three
      | \t^^^^^^^^^^^^
      = Did you mean 'vrrp_version'?`);
});

test('a long line is shown around the problem', () => {
  const [, source = '', carets = ''] = render(`${' '.repeat(500)}nonsense`).split('\n');
  expect(source.length).toBeLessThan(200);
  expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('nonsense');
});

test('control characters do not reach the terminal', () => {
  expect(render('\u001b[2Jx')).not.toContain('\u001b');
});

test.each([
  ['nothing is wrong', '', 0],
  ['only evs has something to say', 'global_defs {\nenable_dbus\n}', 0],
  ['a keyword is unknown', 'nonsense', 5],
  ['a parameter is missing, whatever else', 'nonsense\nvrrp_instance V {\npriority\n}', 2],
  ['scripts run unchecked', 'vrrp_script s {\nscript /bin/true\n}', 6],
  ['a strict include finds nothing', 'includem none.conf', 6],
  ['a plain include finds nothing', 'include none.conf', 0],
] as const)('the exit status is as of keepalived -t when %s', (_, text, status) => {
  expect(exitStatusOf(read(text).diagnostics)).toBe(status);
});
