import { readFileSync } from 'node:fs';
import { parseCommandLine } from './command-line.ts';
import { reportStart, startInBackground } from './detach.ts';
import { failureOf, failureText, type Failure } from './failure.ts';
import { currentRuntimeFiles } from './runtime-files.ts';
import type { Settings } from './settings.ts';

/** Runs evsd with the words of its command line; returns its exit status when it has ended. */
export async function runEvsd(words: readonly string[]): Promise<number> {
  try {
    const settings = parseCommandLine(words, version());
    return await (settings.detach ? startDetached(words, settings) : serve(settings));
  } catch (error) {
    return fail(failureOf(error));
  }
}

async function startDetached(words: readonly string[], settings: Settings): Promise<number> {
  const { log } = currentRuntimeFiles(settings.runDirectory);
  const report = await startInBackground(
    words.filter((word) => word !== '--detach'),
    log,
  );
  return 'ready' in report ? 0 : fail(report.failure);
}

/** Loads the rest of the program only where it is needed: the one that goes to the background ends at once. */
async function serve(settings: Settings): Promise<number> {
  const { serveNamespace } = await import('./serve-namespace.ts');
  return serveNamespace(settings, version());
}

function fail(failure: Failure): number {
  reportStart({ failure });
  process.stderr.write(failureText(failure));
  return 1;
}

const version = (): string => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
};
