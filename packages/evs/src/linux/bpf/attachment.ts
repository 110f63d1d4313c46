import type { KernelProgram } from './kernel-program.ts';

/** A program at work on a device, whatever holds it there. */
export interface Attachment extends Disposable {
  readonly kind: string;
  readonly ifindex: number;
  /** Puts another program in the place of the running one, without a gap. */
  update(program: KernelProgram): void;
  /** Takes the program off the device. */
  detach(): void;
}
