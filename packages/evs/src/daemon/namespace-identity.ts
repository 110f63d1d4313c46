import { readFileSync } from 'node:fs';
import { currentNetworkNamespace } from '../linux/index.ts';

/** Which network namespace this process is in. */
export interface NamespaceIdentity {
  /** Names its directories; used again once the namespace is gone. */
  readonly inode: number;
  /** Never used again: tells whether what lies in those directories is ours. */
  readonly owner: string;
}

/** Reads the identity of the current namespace. Cookies count from the start of the machine, hence its id. */
export function namespaceIdentity(): NamespaceIdentity {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const { inode, cookie } = currentNetworkNamespace();
  return { inode, owner: `${boot} ${cookie}` };
}
