import type { Program, SourceOrigin } from '@evs/ebpf';
import { EvsError } from '../../errors/index.ts';
import { sourceLocation, type SourceLocation } from './source-location.ts';

/** Lines of a verifier log that give no reason: statistics, and its walk through the program. */
const chatter =
  /^(processed |verification time|stack depth|insns processed|from \d+ to|\d+: |;|mark_precise|last_idx|first_idx|parent |regs=|func#|\s)/;

/** The kernel's verifier refused a program; the message says which line of TypeScript made the instruction. */
export class VerifierError extends EvsError {
  override readonly name = 'VerifierError';
  /** Everything the verifier printed; the message keeps only the line that matters. */
  readonly log: readonly string[];
  /** Index of the refused instruction, if the log names one. */
  readonly instruction: number | undefined;
  /** What the instruction was made from. */
  readonly location: SourceLocation | undefined;
  /** The builder's steps around it, outermost first. */
  readonly path: readonly string[];

  constructor(program: Program, log: readonly string[], cause: unknown) {
    const instruction = refusedInstruction(log);
    const origin = originOf(program, instruction);
    const location = origin === undefined ? undefined : sourceLocation(origin.stack());
    super('E_VERIFIER', messageOf(program, log, instruction, location), {
      cause,
      hint: 'The log of this error holds all that the verifier said',
    });
    this.log = log;
    this.instruction = instruction;
    this.location = location;
    this.path = origin?.path ?? [];
  }
}

function messageOf(
  program: Program,
  log: readonly string[],
  instruction: number | undefined,
  location: SourceLocation | undefined,
): string {
  const reason = log.findLast((line) => !chatter.test(line)) ?? 'the verifier said nothing';
  const where = instruction === undefined ? '' : ` (instruction ${instruction})`;
  return `Cannot load program ${program.name}: ${reason}${where}${describeLocation(location)}`;
}

function describeLocation(location: SourceLocation | undefined): string {
  if (location === undefined) return '';
  const { file, line, text } = location;
  return `, made by ${file}:${line}${text === '' ? '' : `: ${text}`}`;
}

/** The last instruction that the verifier walked over. */
function refusedInstruction(log: readonly string[]): number | undefined {
  const last = log.findLast((line) => /^\d+: \(/.test(line));
  return last === undefined ? undefined : Number.parseInt(last, 10);
}

/** The origin at or before an instruction. */
function originOf(program: Program, instruction: number | undefined): SourceOrigin | undefined {
  if (instruction === undefined) return undefined;
  return program.origins.findLast(({ at }) => at <= instruction);
}
