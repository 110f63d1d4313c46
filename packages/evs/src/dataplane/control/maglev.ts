import { addressBytes, type IpAddress } from '../../packet/index.ts';
import { maglevCount } from '../layouts.ts';
import { greatestCommonDivisor } from './greatest-common-divisor.ts';
import { maglevKey, sipHash } from '../siphash.ts';

/** A real server as mh sees it. */
export interface MaglevServer {
  readonly slot: number;
  readonly address: IpAddress;
  readonly port: number;
  /** The last weight above 0: its slots stay while it is 0. */
  readonly lastWeight: number;
}

/** Key by which ip_vs_mh chooses the step of a real server's sequence. */
const stepKey = 2_654_446_892;

/**
 * The lookup table of Maglev (Eisenbud and others, NSDI 2016) as ip_vs_mh fills it: in turns over the real servers in
 * scan order, each takes as many slots as its weight is worth, each the next free one of its own sequence.
 */
export function fillMaglev(servers: readonly MaglevServer[]): number[] {
  const table = Array.from<number>({ length: maglevCount }).fill(0);
  const sequences = turnsOf(servers);
  if (!sequences.some(({ turns }) => turns > 0)) return table;
  for (let filled = 0; ;) {
    for (const sequence of sequences) {
      for (let turn = 0; turn < sequence.turns; turn++) {
        if (filled++ === maglevCount) return table;
        while (table[sequence.next] !== 0) advance(sequence);
        table[sequence.next] = sequence.slot;
      }
    }
  }
}

interface Sequence {
  readonly slot: number;
  readonly step: number;
  /** Slots in a row in each turn. */
  readonly turns: number;
  next: number;
}

function advance(sequence: Sequence): void {
  sequence.next = (sequence.next + sequence.step) % maglevCount;
}

/** Weights lose what they have in common, then low bits until the greatest has six. */
function turnsOf(servers: readonly MaglevServer[]): Sequence[] {
  const weights = servers.map(({ lastWeight }) => lastWeight);
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  const greatest = Math.floor(Math.max(0, ...weights) / divisor);
  const shift = Math.max(0, 32 - Math.clz32(greatest) - 6);
  return servers.map(({ slot, address, port, lastWeight }) => {
    const word = foldedAddress(address) + port;
    return {
      slot,
      next: sipHash(maglevKey, word) % maglevCount,
      step: (sipHash(stepKey, word) % (maglevCount - 1)) + 1,
      turns: lastWeight === 0 ? 0 : Math.max(1, (lastWeight / divisor) >> shift),
    };
  });
}

/** An IPv4 address as a number; the words of an IPv6 address are mixed by exclusive or. */
export function foldedAddress(address: IpAddress): number {
  const bytes = addressBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let word = 0;
  for (let at = 0; at < bytes.length; at += 4) word ^= view.getUint32(at);
  return word >>> 0;
}
