/** One section's code, and the symbols it refers to, by the byte offset of the reference. */
export interface ObjectCode {
  readonly code: Uint8Array;
  readonly references: readonly { readonly at: number; readonly symbol: string }[];
}

interface Section {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Reads as much of a 64-bit little-endian ELF object as clang's output for BPF needs. */
export function parseObject(object: Buffer, sectionName: string): ObjectCode {
  const sections = readSections(object);
  const find = (name: string): Buffer => {
    const section = sections.find((candidate) => candidate.name === name);
    if (section === undefined) throw new Error(`The object has no section ${name}`);
    return section.bytes;
  };
  const [symbols, strings] = [find('.symtab'), find('.strtab')];
  const relocations = find(`.rel${sectionName}`);
  return {
    code: find(sectionName),
    references: Array.from({ length: relocations.length / 16 }, (_, index) => ({
      at: Number(relocations.readBigUInt64LE(16 * index)),
      symbol: stringAt(
        strings,
        symbols.readUInt32LE(24 * relocations.readUInt32LE(16 * index + 12)),
      ),
    })),
  };
}

/** Section headers of 64 bytes: name, then at 24 the place in the file, at 32 the size. */
function readSections(object: Buffer): Section[] {
  const [table, count, namesIndex] = [
    Number(object.readBigUInt64LE(40)),
    object.readUInt16LE(60),
    object.readUInt16LE(62),
  ];
  const bytesOf = (index: number): Buffer => {
    const header = table + 64 * index;
    const start = Number(object.readBigUInt64LE(header + 24));
    return object.subarray(start, start + Number(object.readBigUInt64LE(header + 32)));
  };
  const names = bytesOf(namesIndex);
  return Array.from({ length: count }, (_, index) => ({
    name: stringAt(names, object.readUInt32LE(table + 64 * index)),
    bytes: bytesOf(index),
  }));
}

const stringAt = (table: Buffer, at: number): string =>
  table.toString('latin1', at, table.indexOf(0, at));
