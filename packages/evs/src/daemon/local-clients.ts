import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { failureOf } from './failure.ts';
import type { Logger } from './log.ts';

const acceptLocal = '/proc/sys/net/ipv4/conf/lo/accept_local';

/**
 * Lets replies that were sent back to a client on the director itself pass: they come in over `lo` from an
 * address of the director, which the kernel takes for forged. ip-sysctl, `accept_local`. What it was before
 * is noted in `previousFile`.
 */
export function admitLocalReplies(previousFile: string, log: Logger): void {
  try {
    const before = readFileSync(acceptLocal, 'utf8').trim();
    if (before === '1') return;
    writeFileSync(previousFile, `${JSON.stringify({ [acceptLocal]: before })}\n`);
    writeFileSync(acceptLocal, '1');
    log.info(
      { sysctl: 'net.ipv4.conf.lo.accept_local', value: 1, before },
      'Changed a setting of the kernel',
    );
  } catch (error) {
    log.warn(
      { reason: failureOf(error).message, sysctl: 'net.ipv4.conf.lo.accept_local' },
      'Cannot admit local replies: clients on the director itself get no answer from NAT services',
    );
  }
}

/** Puts the settings back that `admitLocalReplies` changed. */
export function restoreLocalReplies(previousFile: string, log: Logger): void {
  try {
    const previous = JSON.parse(readFileSync(previousFile, 'utf8')) as Record<string, unknown>;
    const before = previous[acceptLocal];
    if (before === '0') writeFileSync(acceptLocal, before);
    rmSync(previousFile);
  } catch (error) {
    log.debug({ reason: failureOf(error).message }, 'No setting of the kernel to restore');
  }
}
