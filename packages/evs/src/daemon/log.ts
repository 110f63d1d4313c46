import { isatty } from 'node:tty';
import pino, { type Logger } from 'pino';
import type { Settings } from './settings.ts';

export type { Logger } from 'pino';

/** Log lines go where error messages go. */
const standardError = 2;

/** A logger on standard error: for people on a terminal, one JSON object a line elsewhere. */
export async function createLog(
  settings: Pick<Settings, 'logLevel' | 'logFormat'>,
): Promise<Logger> {
  const format = settings.logFormat ?? (isatty(standardError) ? 'pretty' : 'json');
  const options = {
    level: settings.logLevel,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (format === 'json') {
    // Synchronous, so that the last words before a crash are not lost.
    return pino(options, pino.destination({ fd: standardError, sync: true }));
  }
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    destination: standardError,
    sync: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    colorize: isatty(standardError),
  });
  return pino(options, stream);
}
