import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { failureOf } from './failure.ts';
import { isHomeGone } from './home-mark.ts';
import type { Logger } from './log.ts';

/**
 * Removes what directors left of network namespaces that are gone, in the directory of all pins and in that
 * of all runtime files: tables are tens of megabytes each, and nobody comes back for them.
 */
export function removeRemains(pinHome: string, runHome: string, log: Logger): void {
  for (const name of readdirSync(pinHome).filter((entry) => /^netns-\d+$/.test(entry))) {
    try {
      if (!isHomeGone(path.join(pinHome, name))) continue;
      rmSync(path.join(pinHome, name), { recursive: true, force: true });
      rmSync(path.join(runHome, name), { recursive: true, force: true });
      log.info({ namespace: name }, 'Removed what was left of a network namespace that is gone');
    } catch (error) {
      log.debug({ namespace: name, reason: failureOf(error).message }, 'Cannot look at remains');
    }
  }
}
