import type { Counters, Rates } from './model.ts';

/** How often ip_vs reads the counters and moves its estimates. */
export const ratePeriodMs = 2000;

/** Estimates as ip_vs keeps them: connections and packets in 1/1024 a second, bytes in 1/32. */
export interface RateEstimate {
  readonly scaled: Counters;
  /** The counters when the estimate was made. */
  readonly counters: Counters;
}

const zero: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

/** Nothing seen yet, from these counters on; also the way to zero the rates. */
export const startRates = (counters: Counters = zero): RateEstimate => ({ scaled: zero, counters });

/** The estimate one period later: a quarter of the way to what was counted meanwhile. */
export function moveRates({ scaled, counters }: RateEstimate, now: Counters): RateEstimate {
  const move = (field: keyof Counters, scale: number): number => {
    const counted = (now[field] - counters[field]) * scale;
    return scaled[field] + Math.floor((counted - scaled[field]) / 4);
  };
  return {
    scaled: {
      connections: move('connections', 512),
      inPackets: move('inPackets', 512),
      outPackets: move('outPackets', 512),
      inBytes: move('inBytes', 16),
      outBytes: move('outBytes', 16),
    },
    counters: now,
  };
}

/** The numbers that `ipvsadm --rate` shows. */
export const currentRates = ({ scaled }: RateEstimate): Rates => ({
  connections: Math.floor((scaled.connections + 511) / 1024),
  inPackets: Math.floor((scaled.inPackets + 511) / 1024),
  outPackets: Math.floor((scaled.outPackets + 511) / 1024),
  inBytes: Math.floor((scaled.inBytes + 15) / 32),
  outBytes: Math.floor((scaled.outBytes + 15) / 32),
});
