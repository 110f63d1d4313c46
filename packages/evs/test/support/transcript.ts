/** One command of a transcript and what came of it. */
export interface Step {
  /** The words after `ipvsadm`. */
  readonly words: readonly string[];
  readonly input: string;
  readonly output: string;
  readonly errors: string;
  readonly exitStatus: number;
}

/**
 * Reads a transcript: `$ ` before a command, `< ` before its input, `! ` before what it wrote to standard
 * error, `= ` before its exit status; anything else is its output. Lines with `#` explain.
 */
export function parseTranscript(text: string): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((block) => {
      const [command = '', ...lines] = block.replace(/\n$/, '').split('\n');
      const marked = (mark: string): string =>
        lines
          .filter((line) => line.startsWith(mark))
          .map((line) => `${line.slice(mark.length + 1)}\n`)
          .join('');
      const output = lines.filter((line) => !/^[<!=#]/.test(line));
      return {
        words: splitWords(command).slice(1),
        input: marked('<'),
        output: output.map((line) => `${line}\n`).join(''),
        errors: marked('!'),
        exitStatus: Number(marked('=')),
      };
    });
}

/** Words as a shell splits them, as far as the transcripts quote. */
export const splitWords = (command: string): string[] =>
  [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
