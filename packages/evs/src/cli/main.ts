import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { socketPath } from '../api/index.ts';
import { EvsError } from '../errors/index.ts';
import { calledAs } from './called-as.ts';
import { findDirector } from './find-director.ts';
import type { Launcher } from './launch-daemon.ts';
import { systemNames } from './names.ts';

const cannotInitialize = 2;

/**
 * The program under the name by which it was called; `argv` is what follows that. Returns the exit status.
 * `programs` is the URL of the folder that holds evsd.
 */
export async function main(
  name: string,
  argv: readonly string[],
  programs: string,
): Promise<number> {
  let director: ReturnType<typeof findDirector> | undefined;
  let output: NodeJS.WriteStream | undefined;
  try {
    return await calledAs(name)(argv, {
      director: () => (director ??= findDirector(socketPath(), launcherOf(programs))),
      names: systemNames(),
      input: readInput,
      print: (text) => void (output ??= endingWithReader()).write(text),
      complain: (text) => void process.stderr.write(text),
    });
  } catch (error) {
    if (!(error instanceof EvsError)) throw error;
    process.stderr.write(initializationFailure(error));
    return cannotInitialize;
  }
}

/** What ipvsadm says of a kernel without ip_vs, with our reason. */
function initializationFailure({ message, hint }: EvsError): string {
  if (process.getuid?.() !== 0) {
    return `Can't initialize ipvs: Permission denied (you must be root)
Are you sure that IP Virtual Server is built in the kernel or as module?
`;
  }
  return `Can't initialize ipvs: ${message}\n${hint === undefined ? '' : `${hint}\n`}`;
}

/** EVS_EVSD, else evsd beside this program, bundled or as source. */
function launcherOf(programs: string): Launcher {
  const named = process.env['EVS_EVSD'];
  if (named !== undefined) return /\.[jt]s$/.test(named) ? interpreted(named) : [named];
  const bundled = fileURLToPath(new URL('evsd.js', programs));
  return interpreted(existsSync(bundled) ? bundled : fileURLToPath(new URL('evsd.ts', programs)));
}

const interpreted = (file: string): Launcher => [process.execPath, ...process.execArgv, file];

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Standard output: `evsadm -L | head -1` is no error. Most commands print nothing, and never make it. */
function endingWithReader(): NodeJS.WriteStream {
  return process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
