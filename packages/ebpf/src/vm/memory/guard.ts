import { Violation } from './violation.ts';

/** Rules for access to a region beyond its bounds. Both methods throw Violation. */
export interface Guard {
  readonly read: (offset: number, sizeBytes: number) => void;
  readonly write: (offset: number, sizeBytes: number) => void;
}

/** No access at all, for the reason given. */
export function closed(reason: string): Guard {
  const refuse = (): never => {
    throw new Violation(reason);
  };
  return { read: refuse, write: refuse };
}

/** Reading only. */
export const readOnly = (name: string): Guard => ({
  read: () => {},
  write: () => {
    throw new Violation(`${name} cannot be written`);
  },
});

/** A stack frame: bytes must be written before they are read. */
export function initialisedFirst(sizeBytes: number): Guard {
  const written = new Uint8Array(sizeBytes);
  return {
    read: (offset, size) => {
      const missing = written.subarray(offset, offset + size).indexOf(0);
      if (missing < 0) return;
      throw new Violation(
        `stack byte r10 - ${sizeBytes - offset - missing} is read before it is written`,
      );
    },
    write: (offset, size) => {
      written.fill(1, offset, offset + size);
    },
  };
}
