import { closed } from '../memory/guard.ts';
import { Region, type Place, type PointerFields } from '../memory/region.ts';

/** The bytes of the packet that a program works on, and the one region through which it may reach them. */
export class PacketBytes {
  #region: Region;
  #linearBytes: number;

  constructor(bytes: Uint8Array, linearBytes = Number.POSITIVE_INFINITY) {
    this.#region = new Region('packet', bytes);
    this.#linearBytes = linearBytes;
  }

  /** Bytes at the front that a program can reach; the rest lies in other pieces until it is pulled. */
  get linearBytes(): number {
    return Math.min(this.#linearBytes, this.length);
  }

  /** Brings at least this many bytes to the front. */
  pull(wantedBytes: number): void {
    this.#linearBytes = Math.max(this.#linearBytes, wantedBytes);
  }

  get bytes(): Uint8Array {
    return this.#region.bytes;
  }

  get length(): number {
    return this.#region.sizeBytes;
  }

  /** Every pointer made so far dies, as the verifier sees it: bpf_helper_changes_pkt_data(). */
  replace(bytes: Uint8Array = this.bytes): void {
    this.#region.guard = closed('this pointer into the packet is from before the packet changed');
    this.#region = new Region('packet', bytes);
  }

  /** Context fields that lead to the first byte and behind the last linear one. There is no metadata in front. */
  pointers(data: number, dataEnd: number, dataMeta: number): PointerFields {
    return {
      pointerAt: (offset): Place | undefined => {
        if (offset === dataEnd) return { region: this.#region, offset: this.linearBytes };
        return offset === data || offset === dataMeta
          ? { region: this.#region, offset: 0 }
          : undefined;
      },
    };
  }
}

/** Bytes of several parts behind each other. */
export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
