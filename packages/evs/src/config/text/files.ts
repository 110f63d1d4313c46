/** Why a file is not read. keepalived reads regular, readable files that cannot be executed. */
export type FileProblem = 'missing' | 'unreadable' | 'irregular' | 'executable' | 'too large';

/** Where configurations come from: a disk, or a test's table. Paths are absolute. */
export interface ConfigurationFiles {
  read(path: string): { readonly text: string } | { readonly problem: FileProblem };
  /** Names in a folder, sorted; none if it cannot be listed. */
  list(directory: string): readonly string[];
}

/** Files that exist only in memory, by absolute path. */
export const filesInMemory = (texts: Readonly<Record<string, string>>): ConfigurationFiles => ({
  read: (path) => {
    const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
    return text === undefined ? { problem: 'missing' } : { text };
  },
  list: (directory) => {
    const prefix = directory.endsWith('/') ? directory : `${directory}/`;
    const inside = Object.keys(texts).filter((path) => path.startsWith(prefix));
    return [
      ...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? '')),
    ].toSorted();
  },
});
