import type { Session } from '../fixtures/sessions/session.ts';
import { splitWords } from './transcript.ts';

/** What one command line came to. */
export interface Answer {
  readonly output: string;
  readonly errors: string;
  readonly exitStatus: number;
}

/** Where a session is played: real ipvsadm on ip_vs, or ours. */
export interface World {
  run(words: readonly string[], input: string): Promise<Answer> | Answer;
  traffic(words: readonly string[]): Promise<void>;
}

/**
 * Plays a session and writes its transcript: `### ` before its name, `$ ` before a command, `< ` before its
 * input, `! ` before what it wrote to standard error, `= ` before its exit status, `% ` before traffic.
 */
export async function playSession({ name, lines }: Session, world: World): Promise<string> {
  let transcript = `### ${name}\n`;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('<')) continue;
    if (line.startsWith('%')) {
      await world.traffic(line.slice(2).split(' '));
      transcript += `${line}\n`;
      continue;
    }
    const input = inputAfter(lines, index);
    const answer = await world.run(splitWords(line), input.join('\n'));
    transcript += transcribe(line, input, { ...answer, output: comparable(answer.output, lines) });
  }
  return transcript;
}

/** The lines of standard input that follow a command. */
function inputAfter(lines: readonly string[], index: number): string[] {
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => !line.startsWith('<'));
  return rest.slice(0, end < 0 ? undefined : end).map((line) => line.slice(2));
}

function transcribe(line: string, input: readonly string[], answer: Answer): string {
  const marked = (mark: string, texts: readonly string[]): string =>
    texts.map((text) => `${mark} ${text}\n`).join('');
  return [
    `$ ipvsadm ${line}\n`,
    marked('<', input),
    answer.output,
    marked('!', linesOf(answer.errors)),
    `= ${answer.exitStatus}\n`,
  ].join('');
}

const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/\n$/, '').split('\n');

/**
 * A listing of connections without those of earlier sessions, which had other VIPs, sorted, since a hash table
 * has no order, and with what is left of a timeout in half minutes. Other output stays as it is.
 */
function comparable(output: string, lines: readonly string[]): string {
  if (!output.startsWith('IPVS connection entries')) return output;
  const [banner = '', title = '', ...rows] = linesOf(output);
  const vip = /^-A -[tu] (\S*\.\d+|\[.*\])/.exec(lines[0] ?? '')?.[1];
  const own = rows
    .filter((row) => vip !== undefined && row.includes(vip))
    .map((row) => row.replace(/ (\d\d+):(\d\d) /, halfMinutes));
  return [banner, title, ...own.toSorted(), ''].join('\n');
}

function halfMinutes(_: string, minutes: string, seconds: string): string {
  const halves = Math.ceil((Number(minutes) * 60 + Number(seconds)) / 30);
  const digits = (number: number): string => String(number).padStart(2, '0');
  return ` ${digits(halves >> 1)}:${halves % 2 === 0 ? '00' : '30'} `;
}
