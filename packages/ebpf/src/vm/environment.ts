/** What a program can ask of the machine it runs on. Whatever is left out has a fixed, dull default. */
export interface Environment {
  readonly jiffies: () => bigint;
  readonly ktimeNs: () => bigint;
  /** 32 bits. */
  readonly random: () => number;
  readonly processors: number;
  /** The one that programs run on, from 0. */
  readonly processor: number;
  readonly networkNamespaceCookie: bigint;
  /** Answers bpf_fib_lookup: may change `struct bpf_fib_lookup` in place; the result is BPF_FIB_LKUP_RET_*. */
  readonly routeLookup: (parameters: Uint8Array, flags: number) => number;
  /** Instructions that one run may execute before it counts as runaway. */
  readonly instructionLimit: number;
}

/** BPF_FIB_LKUP_RET_NOT_FWDED: what a host without routes would answer. */
const notForwarded = 4;

export const defaultEnvironment: Environment = {
  jiffies: () => 0n,
  ktimeNs: () => 0n,
  random: () => 4,
  processors: 1,
  processor: 0,
  networkNamespaceCookie: 1n,
  routeLookup: () => notForwarded,
  instructionLimit: 50_000_000,
};
