import { readFileSync, writeFileSync } from 'node:fs';

/** Sets a file of /proc/sys/net, in the namespace of this thread; returns what undoes it. */
export function setSysctl(path: string, value: number): () => void {
  const file = `/proc/sys/net/${path}`;
  try {
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${value}`);
    return () => {
      try {
        writeFileSync(file, before);
      } catch {
        // The device is gone, and its settings with it.
      }
    };
  } catch {
    // A kernel without IPv6, or without this setting, needs none of it.
    return () => undefined;
  }
}
