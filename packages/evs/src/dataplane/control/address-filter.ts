import type { IpAddress } from '../../packet/index.ts';
import { filterPlace } from '../program/filter.ts';
import { Tally } from './tally.ts';
import type { SetWords } from './write-set.ts';

/** Which addresses the programs must look at (see program/filter.ts), counted by those who claim them. */
export class AddressFilter {
  readonly #places = new Tally<number>();
  readonly #words = new Map<number, bigint>();

  get words(): SetWords {
    return this.#words;
  }

  claim(address: IpAddress): void {
    const { word, bit } = filterPlace(address);
    if (!this.#places.add(word * 64 + bit)) return;
    this.#words.set(word, (this.#words.get(word) ?? 0n) | (1n << BigInt(bit)));
  }

  release(address: IpAddress): void {
    const { word, bit } = filterPlace(address);
    if (!this.#places.remove(word * 64 + bit)) return;
    this.#words.set(word, (this.#words.get(word) ?? 0n) & ~(1n << BigInt(bit)));
  }
}
