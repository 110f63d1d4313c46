import { closeSync, openSync } from 'node:fs';
import { libc } from './libc.ts';
import { checked } from './system-call.ts';

const CLONE_NEWNET = 0x4000_0000;

/**
 * Runs `body` with this thread in another network namespace, given by an open descriptor or a path such as
 * `/run/netns/blue`. `body` must be synchronous: sockets that Node makes in a later tick, and all that it does
 * in its thread pool, land in the namespace of the process. What was created inside stays there.
 */
export function withNetworkNamespace<T>(namespace: number | string, body: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const target = typeof namespace === 'string' ? openSync(namespace, 'r') : namespace;
  try {
    enter(target, `network namespace ${namespace}`);
    try {
      return body();
    } finally {
      enter(home, 'the network namespace of the process');
    }
  } finally {
    closeSync(home);
    if (target !== namespace) closeSync(target);
  }
}

const enter = (fd: number, name: string): number =>
  checked(libc.setns(fd, CLONE_NEWNET), 'setns', name, { attempt: 'enter' });
