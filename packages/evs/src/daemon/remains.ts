import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openPinnedLink } from '../linux/index.ts';
import { failureOf } from './failure.ts';
import type { Logger } from './log.ts';

/**
 * Removes what directors left of network namespaces that are gone, in the directory of all pins and in that
 * of all runtime files: tables are tens of megabytes each, and nobody comes back for them. A namespace is gone
 * when the link on its loopback device, number 1 in every namespace, has lost the device; before Linux 6.6
 * there is no such link, and everything stays.
 */
export function removeRemains(pinHome: string, runHome: string, log: Logger): void {
  for (const name of readdirSync(pinHome).filter((entry) => /^netns-\d+$/.test(entry))) {
    try {
      if (!isDead(path.join(pinHome, name, 'link_1_tc'))) continue;
      rmSync(path.join(pinHome, name), { recursive: true, force: true });
      rmSync(path.join(runHome, name), { recursive: true, force: true });
      log.info({ namespace: name }, 'Removed what was left of a network namespace that is gone');
    } catch (error) {
      log.debug({ namespace: name, reason: failureOf(error).message }, 'Cannot look at remains');
    }
  }
}

function isDead(pin: string): boolean {
  if (!existsSync(pin)) return false;
  using link = openPinnedLink(pin);
  return link.ifindex === 0;
}
