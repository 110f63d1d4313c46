/** The strings of a BTF blob: each once, zero-terminated, referred to by offset. The empty one is at 0. */
export class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #bytes: number[] = [0];

  /** Offset of a text, added if it is new. Characters outside ASCII become question marks. */
  offsetOf(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    for (const character of text) this.#bytes.push(asciiOf(character));
    this.#bytes.push(0);
    this.#offsets.set(text, offset);
    return offset;
  }

  bytes(): readonly number[] {
    return this.#bytes;
  }
}

function asciiOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 && code < 0x7f ? code : 0x3f;
}

/** A text made fit to be a name in BTF: a C identifier of at most 63 characters. */
export const identifier = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
    .replace(/^(?=[0-9]|$)/, '_')
    .slice(0, 63);
