import { Lab } from './lab.ts';
import { requireRoot } from './require-root.ts';
import type { Method } from './method.ts';
import type { Programs } from './programs.ts';
import type { LabResult, MethodResult } from './result.ts';
import { runMethod } from './run-method.ts';
import { director, service } from './topology.ts';
import { printedTranscript, recordedTranscript, type Transcript } from './transcript.ts';
import { untilInterrupted } from './interruption.ts';

export interface RunLabOptions {
  readonly methods: readonly Method[];
  readonly programs: Programs;
  readonly keep: boolean;
  readonly json: boolean;
  readonly name: string | undefined;
  readonly requests: number;
  readonly builtInServer: boolean;
}

/**
 * Builds a lab, shows the methods and removes it again. Returns the exit status: 0 if everything was as it
 * should be, 1 if not, 128 + n if signal n interrupted it. Throws EvsError if something could not be done.
 */
export async function runLab(options: RunLabOptions): Promise<number> {
  requireRoot();
  const recorded = recordedTranscript();
  const transcript = options.json ? recorded : terminalTranscript();
  return untilInterrupted(async (signal) => {
    const lab = await Lab.build({
      name: options.name,
      programs: options.programs,
      transcript,
      signal,
      builtInServer: options.builtInServer,
    });
    let keep = false;
    try {
      legend(lab);
      const results = await runMethods(lab, options);
      keep = options.keep;
      const result = summary(lab, results, keep);
      if (options.json) {
        process.stdout.write(
          `${JSON.stringify({ ...result, commands: recorded.commands }, null, 2)}\n`,
        );
      } else conclude(lab, result);
      return result.ok ? 0 : 1;
    } finally {
      if (keep) lab.keep();
      else await lab.down();
    }
  });
}

async function runMethods(
  lab: Lab,
  { methods, requests, keep }: RunLabOptions,
): Promise<MethodResult[]> {
  const results: MethodResult[] = [];
  for (const [index, method] of methods.entries()) {
    const last = index === methods.length - 1;
    results.push(await runMethod(lab, method, { requests, keep: keep && last }));
  }
  return results;
}

const summary = (
  lab: Lab,
  methods: readonly MethodResult[],
  kept: boolean,
): Omit<LabResult, 'commands'> => ({
  lab: lab.name,
  kept,
  methods,
  ok: methods.every(({ claims }) => claims.every(({ holds }) => holds)),
});

function legend(lab: Lab): void {
  lab.transcript.lines([
    '',
    `A line that starts with ${director} # was typed there: ip netns exec ${lab.name}-${director} …`,
  ]);
}

function conclude(lab: Lab, { methods, kept, ok }: Omit<LabResult, 'commands'>): void {
  const { transcript } = lab;
  transcript.heading(ok ? 'All as it should be' : 'Not all is as it should be');
  const claims = methods.flatMap((result) => result.claims);
  const held = claims.filter(({ holds }) => holds).length;
  transcript.lines([
    transcript.verdict(
      `${methods.map(({ method }) => method).join(', ')}: ${held} of ${claims.length} checks hold for ${service}`,
      ok,
    ),
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
