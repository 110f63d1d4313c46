import type { Program, ProgramKind } from '@evs/ebpf';
import { libc } from '../libc.ts';
import { programInfo } from './object-info.ts';
import { pinObject } from './pin.ts';

/**
 * A program in the kernel. Dispose of it to close its descriptor; it lives on while a link, a filter or a pin
 * holds it.
 */
export class KernelProgram implements Disposable {
  readonly program: Program;
  readonly fd: number;
  /** The number that bpftool shows. */
  readonly id: number;
  #open = true;

  /** Takes ownership of `fd`. */
  constructor(program: Program, fd: number) {
    this.program = program;
    this.fd = fd;
    this.id = programInfo(fd, `program ${program.name}`).id;
  }

  get name(): string {
    return this.program.name;
  }

  get kind(): ProgramKind {
    return this.program.kind;
  }

  /** Gives the program a name in a BPF file system, where it outlives this process. */
  pin(path: string): void {
    pinObject(this.fd, path);
  }

  [Symbol.dispose](): void {
    if (this.#open) libc.close(this.fd);
    this.#open = false;
  }
}
