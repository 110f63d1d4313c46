import { untilInterrupted } from './interruption.ts';
import { Lab } from './lab.ts';
import type { Programs } from './programs.ts';
import { requireRoot } from './require-root.ts';
import type { Claim } from './result.ts';
import type { Step } from './step.ts';
import { director, service, type Topology } from './topology.ts';
import { printedTranscript, recordedTranscript, type Transcript } from './transcript.ts';

/** What the command line of every lab says. */
export interface CommonOptions {
  readonly programs: Programs;
  readonly keep: boolean;
  readonly json: boolean;
  readonly name: string | undefined;
  readonly builtInServer: boolean;
}

export interface Network {
  readonly topology: Topology;
  /** What is set up on it before the web servers start. */
  readonly setUp: readonly Step[];
}

/** What was shown in a lab. */
export interface Shown {
  /** What was shown, in a word or two. */
  readonly what: string;
  readonly claims: readonly Claim[];
  /** What `--json` prints of it. */
  readonly found: object;
}

/**
 * Builds a lab, shows something in it and removes it again. Returns the exit status: 0 if everything was as it
 * should be, 1 if not, 128 + n if signal n interrupted it. Throws EvsError if something could not be done.
 */
export async function inLab(
  options: CommonOptions,
  network: Network,
  show: (lab: Lab) => Promise<Shown>,
): Promise<number> {
  requireRoot();
  const recorded = recordedTranscript();
  const transcript = options.json ? recorded : terminalTranscript();
  return untilInterrupted(async (signal) => {
    const lab = await Lab.build({ ...options, ...network, transcript, signal });
    let keep = false;
    try {
      legend(lab);
      const shown = await show(lab);
      keep = options.keep;
      const ok = shown.claims.every(({ holds }) => holds);
      if (options.json) {
        const { commands } = recorded;
        const document = { lab: lab.name, kept: keep, ...shown.found, ok, commands };
        process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      } else conclude(lab, shown, keep, ok);
      return ok ? 0 : 1;
    } finally {
      if (keep) lab.keep();
      else await lab.down();
    }
  });
}

function legend(lab: Lab): void {
  lab.transcript.lines([
    '',
    `A line that starts with ${director} # was typed there: ip netns exec ${lab.name}-${director} …`,
  ]);
}

function conclude(lab: Lab, { what, claims }: Shown, kept: boolean, ok: boolean): void {
  const { transcript } = lab;
  transcript.heading(ok ? 'All as it should be' : 'Not all is as it should be');
  const held = claims.filter(({ holds }) => holds).length;
  transcript.lines([
    transcript.verdict(`${what}: ${held} of ${claims.length} checks hold for ${service}`, ok),
    ...(kept
      ? [
          `The lab ${lab.name} is left standing. Enter a host: evs lab shell --name ${lab.name} ${director}`,
          `Remove it: evs lab down ${lab.name}`,
        ]
      : []),
  ]);
}

const terminalTranscript = (): Transcript =>
  printedTranscript(
    (text) => process.stdout.write(text),
    process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  );
