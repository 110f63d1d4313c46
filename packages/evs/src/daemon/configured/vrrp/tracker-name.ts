/** Name of something that is watched, among all that is. */
export const trackerName = (
  kind: 'interface' | 'script' | 'file' | 'process' | 'bfd',
  name: string,
): string => `${kind} ${name}`;
