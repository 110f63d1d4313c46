/** The place in the source program that asked for an instruction. */
export interface Origin {
  readonly error: Error;
  readonly path: readonly string[];
}

/** Deep enough to leave the builder's own frames and reach the user's, also through nested closures. */
const frames = 12;

/** Notes the current stack. It is formatted only if somebody asks, which is the expensive part. */
export function originHere(path: readonly string[]): Origin {
  const limits = Error as { stackTraceLimit?: number };
  const before = limits.stackTraceLimit;
  limits.stackTraceLimit = frames;
  const error = new Error('origin');
  if (before === undefined) delete limits.stackTraceLimit;
  else limits.stackTraceLimit = before;
  return { error, path };
}

/** The stack without its first line, which only repeats the message. */
export function stackOf(origin: Origin): string {
  const stack = origin.error.stack ?? '';
  return stack.slice(stack.indexOf('\n') + 1);
}
