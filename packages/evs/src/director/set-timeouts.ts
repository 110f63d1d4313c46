import { EvsError } from '../errors/index.ts';
import type { Draft } from './draft.ts';
import type { Timeouts } from './model.ts';

/** INT_MAX ticks at 250 a second, the bound of ip_vs on Debian. */
const longestSeconds = Math.floor(0x7fff_ffff / 250);

/** Changes the timeouts that are not 0. Throws E_INVALID for negative and enormous ones. */
export function setTimeouts(draft: Draft, wanted: Timeouts): Draft {
  return {
    ...draft,
    timeouts: {
      tcp: choose(wanted.tcp, draft.timeouts.tcp),
      tcpFin: choose(wanted.tcpFin, draft.timeouts.tcpFin),
      udp: choose(wanted.udp, draft.timeouts.udp),
    },
  };
}

function choose(wantedSeconds: number, presentSeconds: number): number {
  if (!Number.isInteger(wantedSeconds) || wantedSeconds < 0 || wantedSeconds > longestSeconds) {
    throw new EvsError(
      'E_INVALID',
      `Cannot set a timeout of ${wantedSeconds} s: 0 to ${longestSeconds} are possible`,
    );
  }
  return wantedSeconds === 0 ? presentSeconds : wantedSeconds;
}
