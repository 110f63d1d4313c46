import type { Diagnostic, TestStatus } from './text/diagnostic.ts';

/**
 * What `keepalived -t` would exit with: 2 if a parameter is missing, since it ends there, else the highest class of
 * its messages. 0 also where it says nothing and we warn.
 */
export function exitStatusOf(diagnostics: readonly Diagnostic[]): TestStatus {
  const statuses = diagnostics.map(({ status }) => status);
  if (statuses.includes(2)) return 2;
  return statuses.reduce((highest, status) => (status > highest ? status : highest), 0);
}
