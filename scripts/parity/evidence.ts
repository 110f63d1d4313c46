import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const fixtures = path.resolve(import.meta.dirname, '../../packages/evs/test/fixtures');

/** A command line that was recorded from the real ipvsadm. */
export interface Recorded {
  readonly words: readonly string[];
  readonly errors: readonly string[];
}

/** Every command line that tests compare with, and lines of scripts for -R. */
export function recordedLines(): Recorded[] {
  return ['ipvsadm', 'sessions'].flatMap((folder) =>
    readdirSync(path.join(fixtures, folder))
      .filter((name) => name.endsWith('.txt'))
      .flatMap((name) => linesIn(readFileSync(path.join(fixtures, folder, name), 'utf8'))),
  );
}

const linesIn = (text: string): Recorded[] =>
  text
    .split(/^\$ ipvsadm ?/m)
    .slice(1)
    .flatMap((block) => {
      const [command = '', ...rest] = block.split('\n');
      const marked = (mark: string): string[] =>
        rest.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(2));
      const scripts = marked('<').map((line) => ({ words: line.split(/\s+/), errors: [] }));
      return [{ words: command.split(/\s+/), errors: marked('!') }, ...scripts];
    });

/** How often a spelling of an option occurs, joined letters included. */
export const uses = (
  lines: readonly Recorded[],
  { short, long }: { readonly short?: string; readonly long?: string },
): number =>
  lines.filter(({ words }) =>
    words.some(
      (word) =>
        (long !== undefined && (word === `--${long}` || word.startsWith(`--${long}=`))) ||
        (short !== undefined && /^-[^-]/.test(word) && word.startsWith(`-${short}`)) ||
        (short !== undefined && /^-[A-Za-z]+$/.test(word) && word.includes(short)),
    ),
  ).length;
