import { slice, trimmed, type Line } from './line.ts';

/**
 * `@ID rest` stays only where ID is the name of this machine's configuration, `@^ID rest` only where it is not.
 * Returns the rest, the line itself if it has no condition, or undefined if it does not stay.
 */
export function meetCondition(line: Line, configurationId: string): Line | undefined {
  const match = /^@(\^?)(\S*)/.exec(line.text);
  if (match === null) return line;
  const [whole, not, id] = match;
  return (id === configurationId) === (not === '') ? trimmed(slice(line, whole.length)) : undefined;
}
