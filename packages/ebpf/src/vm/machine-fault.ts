import { disassembleAt } from '../isa/index.ts';
import type { Program, SourceOrigin } from '../program/program.ts';

/** A program did in the interpreter what no verified program does; its message says what and where. */
export class MachineFault extends Error {
  override readonly name = 'MachineFault';
  readonly program: Program;
  /** Index of the instruction. */
  readonly at: number;
  /** The instruction, disassembled. */
  readonly line: string;
  /** Steps of the builder around it, outermost first. */
  readonly path: readonly string[];
  /** Stack of the place in the source that asked for it; undefined if the program does not say. */
  readonly origin: string | undefined;

  constructor(program: Program, at: number, problem: string) {
    const line = disassembleAt(program, at);
    const origin = originOf(program, at);
    const stack = origin?.stack();
    const where = [...(origin?.path ?? []), ...sourceFrame(stack)].join(' › ');
    super(
      `Cannot run ${program.name}: ${problem}, in instruction ${at}, ${line}${where === '' ? '' : ` (${where})`}`,
    );
    this.program = program;
    this.at = at;
    this.line = line;
    this.path = origin?.path ?? [];
    this.origin = stack;
  }
}

/** The last origin at or before an instruction. */
function originOf(program: Program, at: number): SourceOrigin | undefined {
  let found: SourceOrigin | undefined;
  for (const origin of program.origins) {
    if (origin.at <= at && (found === undefined || origin.at >= found.at)) found = origin;
  }
  return found;
}

/** The innermost frame that is not this library's own. */
function sourceFrame(stack: string | undefined): string[] {
  const frames = (stack ?? '').split('\n').filter((frame) => frame.trim() !== '');
  const own = /ebpf\/(?:src|dist)\/(?!.*\.test\.)/;
  const frame = frames.find((candidate) => !own.test(candidate)) ?? frames[0];
  return frame === undefined ? [] : [frame.trim().replace(/^at /, '')];
}
