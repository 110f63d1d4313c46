import { statSync } from 'node:fs';
import { Socket } from './socket.ts';

/** What tells one network namespace from another. */
export interface NetworkNamespace {
  /** Of /proc/self/ns/net; may be used again once the namespace is gone. */
  readonly inode: number;
  /** Never used again until the next boot. */
  readonly cookie: bigint;
}

/** The network namespace that this thread is in. */
export function currentNetworkNamespace(): NetworkNamespace {
  return {
    inode: statSync('/proc/thread-self/ns/net').ino,
    cookie: cookie(),
  };
}

function cookie(): bigint {
  const AF_UNIX = 1;
  const SOCK_DGRAM = 2;
  const SOL_SOCKET = 1;
  const SO_NETNS_COOKIE = 71;
  using socket = new Socket({
    domain: AF_UNIX,
    type: SOCK_DGRAM,
    protocol: 0,
    name: 'local socket',
  });
  return socket.getOption(SOL_SOCKET, SO_NETNS_COOKIE, 8).readBigUInt64LE(0);
}
