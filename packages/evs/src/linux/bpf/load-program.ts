import { programKind, type MapDefinition, type Program, type ProgramBtf } from '@evs/ebpf';
import { libc } from '../libc.ts';
import { SystemCallError } from '../system-call.ts';
import { Attributes, cString, tryBpf } from './command.ts';
import { relocatedCode, type MapDescriptors } from './relocate.ts';
import { KernelProgram } from './kernel-program.ts';
import { loadProgramBtf, type LoadedProgramBtf } from './program-btf.ts';
import { VerifierError } from './verifier-error.ts';

export interface LoadProgramOptions {
  /** Where the new program shall be pinned. */
  readonly pin?: string;
  /** What `encodeProgramBtf` made of it earlier; absent: it is encoded now, which takes longer than loading. */
  readonly btf?: ProgramBtf;
}

const BPF_F_SLEEPABLE = 1 << 4;
/** `BPF_XDP` in `enum bpf_attach_type`; what a link of an XDP program asks for. */
const BPF_XDP = 37;
const logLevel = { statistics: 4, verbose: 1 } as const;
const verboseLogBytes = 16 << 20;
/** A signal that comes while the verifier works makes it give up with EAGAIN. libbpf tries as often. */
const attempts = 5;
const EAGAIN = -11;
const functionRecordBytes = 8;
const lineRecordBytes = 16;

/**
 * Verifies a program and loads it into the kernel. Throws VerifierError, which names the TypeScript line, if
 * the verifier refuses it, SystemCallError for other causes, and EvsError if a map is missing.
 */
export function loadProgram(
  program: Program,
  maps: MapDescriptors = new Map<MapDefinition, { fd: number }>(),
  options: LoadProgramOptions = {},
): KernelProgram {
  const code = relocatedCode(program, maps);
  const btf = loadProgramBtf(program, options.btf);
  try {
    const loaded = new KernelProgram(program, verified(program, code, btf));
    if (options.pin !== undefined) loaded.pin(options.pin);
    return loaded;
  } finally {
    libc.close(btf.fd);
  }
}

/**
 * First with statistics only, whose log cannot overflow: with a longer log a good program may be refused with
 * ENOSPC. Only a refused program is verified again, for the reasons.
 */
function verified(program: Program, code: Buffer, btf: LoadedProgramBtf): number {
  const quick = attempt(program, code, btf, logLevel.statistics, 4096);
  if (quick.result >= 0) return quick.result;
  const thorough = attempt(program, code, btf, logLevel.verbose, verboseLogBytes);
  if (thorough.result >= 0) return thorough.result;
  if (thorough.log.length === 0) throw refusal(program, -quick.result);
  throw new VerifierError(program, thorough.log, refusal(program, -quick.result));
}

const refusal = (program: Program, errno: number): SystemCallError =>
  new SystemCallError('bpf(BPF_PROG_LOAD)', `program ${program.name}`, errno, {
    attempt: 'load',
  });

function attempt(
  program: Program,
  code: Buffer,
  btf: LoadedProgramBtf,
  level: number,
  logBytes: number,
): { result: number; log: string[] } {
  const log = Buffer.alloc(logBytes);
  const attributes = new Attributes(144)
    .u32(0, programKind[program.kind]) // prog_type
    .u32(4, code.length / 8) // insn_cnt
    .pointer(8, code) // insns
    .pointer(16, cString(program.license)) // license
    .u32(24, level) // log_level
    .u32(28, log.length) // log_size
    .pointer(32, log) // log_buf
    .u32(44, program.kind === 'syscall' ? BPF_F_SLEEPABLE : 0) // prog_flags
    .name(48, program.name) // prog_name
    .u32(68, program.kind === 'xdp' ? BPF_XDP : 0) // expected_attach_type
    .u32(72, btf.fd) // prog_btf_fd
    .u32(76, functionRecordBytes) // func_info_rec_size
    .pointer(80, btf.functionInfo) // func_info
    .u32(88, btf.functionInfo.length / functionRecordBytes) // func_info_cnt
    .u32(92, lineRecordBytes) // line_info_rec_size
    .pointer(96, btf.lineInfo) // line_info
    .u32(104, btf.lineInfo.length / lineRecordBytes); // line_info_cnt
  let result = EAGAIN;
  for (let trial = 0; result === EAGAIN && trial < attempts; trial++) {
    result = tryBpf('PROG_LOAD', attributes.bytes);
  }
  attributes.keepAlive();
  return { result, log: result < 0 ? linesOf(log) : [] };
}

const linesOf = (log: Buffer): string[] =>
  log
    .toString('utf8', 0, Math.max(0, log.indexOf(0)))
    .split('\n')
    .filter((line) => line.trim() !== '');
