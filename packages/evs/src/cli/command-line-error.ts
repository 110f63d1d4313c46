/** A command line that makes no sense, with the text and the exit status of ipvsadm. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly exitStatus: number;
  /** Whether `-R` stops at such a line. Errors in the spelling of options do not stop it. */
  readonly endsRestore: boolean;

  constructor(text: string, exitStatus = 2, endsRestore = true) {
    super(text);
    this.exitStatus = exitStatus;
    this.endsRestore = endsRestore;
  }
}

/** For a command line that begins with nothing that can be done. */
export const usageHint = (): CommandLineError =>
  new CommandLineError("Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255);
