import type { PeerStatus, SynchronisationStatus } from '../../sync/index.ts';

/** Masters of ours tell about themselves once a second. */
const silenceMs = 3_000;
const lookMs = 50;

/**
 * Calls back, once, when enough is heard from now on of every master that is heard at all; and if there is none for three
 * seconds, for then it is gone, or it is ip_vs's, which does not tell about itself. Not after this is disposed of.
 */
export function awaitMasters(
  status: () => SynchronisationStatus,
  isEnough: (peer: PeerStatus) => boolean,
  onDone: () => void,
): Disposable {
  const sinceMs = performance.now();
  const look = (): void => {
    const waitedMs = performance.now() - sinceMs;
    const peers = status().backup?.peers ?? [];
    const heard = peers.filter(({ silentMs }) => silentMs < waitedMs);
    const isDone = heard.length > 0 ? heard.every(isEnough) : waitedMs >= silenceMs;
    if (!isDone) return;
    clearInterval(timer);
    onDone();
  };
  const timer = setInterval(look, lookMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
