import { identifier, StringTable } from './string-table.ts';

/** Kinds of type, `BTF_KIND_*` of include/uapi/linux/btf.h. */
const kind = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  typedef: 8,
  func: 12,
  funcProto: 13,
} as const;
/** `BTF_FUNC_STATIC` and `BTF_FUNC_GLOBAL`. */
const linkage = { static: 0, global: 1 } as const;

export interface Member {
  readonly name: string;
  readonly type: number;
  readonly offsetBytes: number;
}

/** Collects types and lays them out as a BTF blob, Documentation/bpf/btf.rst. Type ids count from 1. */
export class TypeTable {
  readonly strings = new StringTable();
  readonly #words: number[] = [];
  #count = 0;
  /** Ids of types that were added under a key, so that each is there once. */
  readonly #known = new Map<string, number>();

  /** The type known by `key`; `add` runs the first time only. */
  once(key: string, add: () => number): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const id = add();
    this.#known.set(key, id);
    return id;
  }

  unsigned(name: string, sizeBytes: number): number {
    return this.once(`int ${name}`, () => this.#add(name, kind.int, 0, sizeBytes, [sizeBytes * 8]));
  }

  typedef(name: string, type: number): number {
    return this.once(`typedef ${name}`, () => this.#add(name, kind.typedef, 0, type, []));
  }

  array(element: number, index: number, count: number): number {
    return this.once(`array ${element} ${count}`, () =>
      this.#add('', kind.array, 0, 0, [element, index, count]),
    );
  }

  struct(name: string, sizeBytes: number, members: readonly Member[]): number {
    const words = members.flatMap((member) => [
      this.strings.offsetOf(identifier(member.name)),
      member.type,
      member.offsetBytes * 8,
    ]);
    return this.#add(name, kind.struct, members.length, sizeBytes, words);
  }

  pointer(to: number): number {
    return this.once(`pointer ${to}`, () => this.#add('', kind.pointer, 0, to, []));
  }

  /** Parameters are named after their places: a global function wants names. */
  prototype(result: number, parameters: readonly number[] = []): number {
    const words = parameters.flatMap((type, index) => [this.strings.offsetOf(`p${index}`), type]);
    return this.#add('', kind.funcProto, parameters.length, result, words);
  }

  /** The verifier looks at a global function by itself, at a static one each time that it is called. */
  function(name: string, prototype: number, scope: keyof typeof linkage): number {
    return this.#add(name, kind.func, linkage[scope], prototype, []);
  }

  /** Header, types, strings. */
  encode(): Uint8Array {
    const headerBytes = 24;
    const typeBytes = this.#words.length * 4;
    const strings = this.strings.bytes();
    const blob = new Uint8Array(headerBytes + typeBytes + strings.length);
    const view = new DataView(blob.buffer);
    view.setUint16(0, 0xeb9f, true);
    view.setUint8(2, 1);
    const header = [headerBytes, 0, typeBytes, typeBytes, strings.length];
    for (const [index, word] of [...header, ...this.#words].entries()) {
      view.setUint32(4 + index * 4, word, true);
    }
    blob.set(strings, headerBytes + typeBytes);
    return blob;
  }

  #add(
    name: string,
    typeKind: number,
    length: number,
    sizeOrType: number,
    words: readonly number[],
  ): number {
    const nameOffset = name === '' ? 0 : this.strings.offsetOf(identifier(name));
    this.#words.push(nameOffset, (typeKind << 24) | length, sizeOrType, ...words);
    this.#count += 1;
    return this.#count;
  }
}
