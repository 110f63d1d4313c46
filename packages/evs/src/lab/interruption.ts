import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `body` with a signal that is aborted when the user interrupts us, or when nobody reads our output
 * any more, and waits for `body` to clean up after itself. Returns what it returns, or 128 + the number of the
 * signal; further signals do not shorten the wait.
 */
export async function untilInterrupted(
  body: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interruption = new AbortController();
  let status: number | undefined;
  const interrupt = (name: (typeof signals)[number] | 'SIGPIPE'): void => {
    status ??= 128 + constants.signals[name];
    interruption.abort(new Error(`Interrupted by ${name}`));
  };
  const onOutputError = (): void => interrupt('SIGPIPE');
  for (const name of signals) process.on(name, interrupt);
  process.stdout.on('error', onOutputError);
  try {
    const result = await body(interruption.signal);
    return status ?? result;
  } catch (error) {
    if (status !== undefined) return status;
    throw error;
  } finally {
    for (const name of signals) process.off(name, interrupt);
    process.stdout.off('error', onOutputError);
  }
}
