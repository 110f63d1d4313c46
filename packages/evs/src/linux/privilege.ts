import { readFileSync } from 'node:fs';
import { EvsError } from '../errors/index.ts';

/** Bits of capabilities(7) that a director's daemon needs; CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON. */
const bits = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;
type Capability = keyof typeof bits;

/** What this process may do, as `CapEff` of proc_pid_status(5) has it. */
export function effectiveCapabilities(
  status: string = readFileSync('/proc/self/status', 'utf8'),
): bigint {
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}

/** Throws E_NO_PRIVILEGE, with what is missing, unless programs can be loaded and attached. */
export function requirePrivilege(effective: bigint = effectiveCapabilities()): void {
  const has = (capability: Capability): boolean => ((effective >> bits[capability]) & 1n) === 1n;
  const needed: readonly Capability[] = has('CAP_SYS_ADMIN')
    ? ['CAP_NET_ADMIN']
    : ['CAP_NET_ADMIN', 'CAP_BPF', 'CAP_PERFMON'];
  const missing = needed.filter((capability) => !has(capability));
  if (missing.length === 0) return;
  throw new EvsError('E_NO_PRIVILEGE', `Cannot serve as a director without ${missing.join(', ')}`, {
    hint: 'Run evsd as root, or with these capabilities',
  });
}
