import { EvsError } from '../../errors/index.ts';
import { Attributes, bpf } from './command.ts';
import type { KernelProgram } from './kernel-program.ts';

/** How a program shall be tried. */
export interface TestRunOptions {
  /** Runs in a row, over the same buffer: a program that changes the packet sees its own changes. */
  readonly repeat?: number;
  /**
   * Device that the packet seems to come from, in the namespace of this thread. XDP programs: only a device
   * with native XDP or GRO switched on will do (EINVAL).
   */
  readonly ingressIfindex?: number;
  /** Firewall mark; tc only. */
  readonly skbMark?: number;
  /** Run on this CPU; XDP and tc refuse it (EINVAL) before Linux 6.18. */
  readonly cpu?: number;
  /** Carry the verdict out: transmit and redirect really send. XDP only. */
  readonly liveFrames?: boolean;
}

/** What a program made of a packet. */
export interface TestRunResult {
  /** Return value, as a signed number: −1 is TCX_NEXT. */
  readonly verdict: number;
  /** The packet afterwards; empty with `liveFrames`. */
  readonly packet: Uint8Array;
  /** Wall time of one run, on the average. */
  readonly durationNs: number;
}

const flag = { runOnCpu: 1, liveFrames: 2 } as const;
/** Room for what encapsulation adds. */
const headroomBytes = 512;

/** Runs an XDP or tc program on a packet of at least 14 bytes, without any network. BPF_PROG_TEST_RUN. */
export function testRun(
  program: KernelProgram,
  packet: Uint8Array,
  options: TestRunOptions = {},
): TestRunResult {
  const live = options.liveFrames === true;
  const out = Buffer.alloc(live ? 0 : packet.length + headroomBytes);
  const context = contextOf(program, packet, options);
  const attributes = new Attributes(80)
    .u32(0, program.fd) // prog_fd
    .u32(8, packet.length) // data_size_in
    .u32(12, out.length) // data_size_out
    .pointer(16, packet) // data_in
    .pointer(24, out) // data_out
    .u32(32, options.repeat ?? 1) // repeat
    .u32(40, context.length) // ctx_size_in
    .pointer(48, context) // ctx_in
    .u32(64, (live ? flag.liveFrames : 0) | (options.cpu === undefined ? 0 : flag.runOnCpu)) // flags
    .u32(68, options.cpu ?? 0); // cpu
  bpf('PROG_TEST_RUN', attributes, `program ${program.name}`, { attempt: 'run' });
  return {
    verdict: attributes.bytes.readInt32LE(4),
    packet: Uint8Array.from(out.subarray(0, attributes.bytes.readUInt32LE(12))),
    durationNs: attributes.bytes.readUInt32LE(36),
  };
}

/** `struct xdp_md` or `struct __sk_buff` as test_run takes them; nothing if nothing is asked for. */
function contextOf(
  program: KernelProgram,
  packet: Uint8Array,
  { ingressIfindex, skbMark, liveFrames }: TestRunOptions,
): Buffer {
  if (ingressIfindex === undefined && skbMark === undefined) return Buffer.alloc(0);
  if (program.kind === 'xdp') {
    const context = Buffer.alloc(24);
    context.writeUInt32LE(packet.length, 4); // data_end
    context.writeUInt32LE(ingressIfindex ?? 0, 12);
    return liveFrames === true || ingressIfindex !== undefined ? context : Buffer.alloc(0);
  }
  const context = Buffer.alloc(192);
  context.writeUInt32LE(skbMark ?? 0, 8); // mark
  context.writeUInt32LE(ingressIfindex ?? 0, 36); // ingress_ifindex
  context.writeUInt32LE(ingressIfindex ?? 0, 40); // ifindex
  return context;
}

/** What a program that was called gave back. */
export interface SyscallRunResult {
  /** Return value; negative numbers are minus errno. */
  readonly result: number;
  /** The context afterwards. */
  readonly context: Uint8Array;
}

/** Calls a SYSCALL program with a context, which it may change. */
export function runSyscallProgram(
  program: KernelProgram,
  context: Uint8Array = new Uint8Array(0),
): SyscallRunResult {
  if (program.kind !== 'syscall') {
    throw new EvsError(
      'E_INVALID',
      `Program ${program.name} cannot be called: it is for ${program.kind}`,
    );
  }
  const inOut = Buffer.from(context);
  const attributes = new Attributes(80)
    .u32(0, program.fd) // prog_fd
    .u32(40, inOut.length) // ctx_size_in
    .pointer(48, inOut); // ctx_in, written back to
  bpf('PROG_TEST_RUN', attributes, `program ${program.name}`, { attempt: 'call' });
  return { result: attributes.bytes.readInt32LE(4), context: Uint8Array.from(inOut) };
}
