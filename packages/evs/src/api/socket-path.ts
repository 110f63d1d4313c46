import { statSync } from 'node:fs';
import path from 'node:path';

/** Where the daemon of this network namespace listens; EVS_RUN_DIR names another folder. */
export function socketPath(environment: NodeJS.ProcessEnv = process.env): string {
  const folder =
    environment['EVS_RUN_DIR'] ?? `/run/evs/netns-${statSync('/proc/self/ns/net').ino}`;
  return path.resolve(folder, 'evsd.sock');
}
