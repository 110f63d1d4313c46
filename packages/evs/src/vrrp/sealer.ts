import { openPacket, sealPacket, type Sealing } from './authentication-header.ts';
import type { Arrival } from './receive.ts';

/**
 * Signs what one virtual router sends, and judges what it hears. Its packets are counted, whoever sends them: who becomes
 * active goes on where the one before stopped, and what was counted already is replayed.
 */
export class Sealer {
  readonly #password: string;
  #sequence = 0;
  #sent = 0;

  constructor(password: string) {
    this.#password = password;
  }

  seal(
    packet: Uint8Array,
    way: Pick<Sealing, 'source' | 'destination' | 'timeToLive'>,
  ): Uint8Array {
    this.#sent++;
    this.#sequence++;
    const identification = ((this.#sent - 1) % 0xffff) + 1;
    const [sequence, password] = [this.#sequence, this.#password];
    return sealPacket(packet, { ...way, identification, sequence, password });
  }

  /** The VRRP packet of an IPv4 packet, and why it does not count, if it does not. */
  open(sealed: Uint8Array): Pick<Arrival, 'packet' | 'refused'> | undefined {
    const opened = openPacket(sealed, this.#password);
    if (opened === undefined) return undefined;
    const { packet, sequence, genuine } = opened;
    if (!genuine) return { packet, refused: 'wrong authentication header' };
    if (sequence <= this.#sequence) return { packet, refused: 'replayed' };
    this.#sequence = sequence;
    return { packet };
  }
}
