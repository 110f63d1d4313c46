import { release } from 'node:os';
import { EvsError } from '../errors/index.ts';
import { supportsTcx } from './bpf/supports-tcx.ts';

/** Everything that we use exists since this version; see docs for what each newer one adds. */
const oldest = { major: 6, minor: 1 } as const;

/** Version of the running kernel. */
export interface KernelRelease {
  readonly major: number;
  readonly minor: number;
  /** As `uname -r` prints it. */
  readonly text: string;
}

export const kernelRelease = (): KernelRelease => parseKernelRelease(release());

export function parseKernelRelease(text: string): KernelRelease {
  const [major = 0, minor = 0] = text.split('.', 2).map((part) => Number.parseInt(part, 10));
  return { major, minor, text };
}

/** Throws E_OLD_KERNEL before Linux 6.1. */
export function requireKernel(running: KernelRelease = kernelRelease()): void {
  const { major, minor, text } = running;
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new EvsError(
    'E_OLD_KERNEL',
    `This is Linux ${text}, and ${oldest.major}.${oldest.minor} is the oldest that will do`,
  );
}

/** What a kernel may or may not have among the things that we use. */
export interface KernelFeatures {
  readonly release: KernelRelease;
  /** tc programs attached by links, Linux 6.6. */
  readonly tcx: boolean;
}

export const kernelFeatures = (): KernelFeatures => ({
  release: kernelRelease(),
  tcx: supportsTcx(),
});
