import { styleText } from 'node:util';
import { commandLine, type Step } from './step.ts';
import { hostNames } from './topology.ts';

/** Where the lab tells what it does: the commands as typed, their output, and its own words. */
export interface Transcript {
  heading(text: string): void;
  step(step: Step): void;
  /** Lines that a command printed, or that we say. */
  lines(lines: readonly string[]): void;
  /** Paints a piece of a line that deserves a look. */
  mark(text: string): string;
  /** Paints a line that is good or bad news. */
  verdict(text: string, good: boolean): string;
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow';

/** Writes for a person; with colours if `colours`. */
export function printedTranscript(write: (text: string) => void, colours: boolean): Transcript {
  const paint = (style: Style, text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  const width = Math.max(...hostNames.map((host) => host.length));
  return {
    heading: (text) => write(`\n${paint('bold', text)}\n`),
    step: (step) => write(`${paint('cyan', (step.at ?? '').padEnd(width))} # ${typed(step)}\n`),
    lines: (lines) => write(lines.map((line) => `${line}\n`).join('')),
    mark: (text) => paint('yellow', text),
    verdict: (text, good) => paint(good ? 'green' : 'red', text),
  };
}

/** Writes nothing and keeps the commands, for `--json`. */
export function recordedTranscript(): Transcript & { readonly commands: readonly string[] } {
  const commands: string[] = [];
  return {
    commands,
    heading: () => {},
    step: (step) => {
      commands.push(step.at === undefined ? typed(step) : `${step.at}# ${typed(step)}`);
    },
    lines: () => {},
    mark: same,
    verdict: same,
  };
}

const same = (text: string): string => text;
const typed = (step: Step): string => step.typed ?? commandLine(step.argv);
