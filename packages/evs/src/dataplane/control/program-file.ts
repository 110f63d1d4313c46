import {
  decodeInstructions,
  encodeInstructions,
  type MapDefinition,
  type MapRelocation,
  type Program,
  type ProgramBtf,
} from '@evs/ebpf';
import { gunzipSync, gzipSync } from 'node:zlib';

/** All that loading takes: a program, its types and its source lines. */
export interface LoadableProgram {
  readonly program: Program;
  readonly btf: ProgramBtf;
}

type Plain = Pick<
  Program,
  'kind' | 'name' | 'license' | 'functions' | 'stackBytes' | 'contextBytes'
>;

/** The file's JSON: maps by name, bytes in base64. */
interface Content extends Plain {
  readonly key: string;
  readonly maps: readonly string[];
  readonly relocations: readonly (Omit<MapRelocation, 'map'> & { readonly map: string })[];
  readonly instructions: string;
  readonly btf: Readonly<Record<keyof ProgramBtf, string>>;
}

/** Compressed JSON, which carries a checksum of its own (RFC 1952). `key` says which program it is. */
export function encodeProgramFile(key: string, { program, btf }: LoadableProgram): Uint8Array {
  const { kind, name, license, functions, stackBytes, contextBytes } = program;
  const content: Content = {
    key,
    kind,
    name,
    license,
    functions: functions.map(({ name: of, at }) => ({ name: of, at })),
    stackBytes,
    contextBytes,
    maps: program.maps.map((map) => map.name),
    relocations: program.relocations.map((one) => ({ ...one, map: one.map.name })),
    instructions: text(encodeInstructions(program.instructions)),
    btf: {
      blob: text(btf.blob),
      functionInfo: text(btf.functionInfo),
      lineInfo: text(btf.lineInfo),
    },
  };
  return gzipSync(JSON.stringify(content), { level: 1 });
}

/**
 * The program in a file; undefined if the file is broken, or holds another one. Which lines its instructions
 * come from, and what its functions are given, is only told by `btf`.
 */
export function decodeProgramFile(
  key: string,
  file: Uint8Array,
  maps: Iterable<MapDefinition>,
): LoadableProgram | undefined {
  try {
    const content = JSON.parse(gunzipSync(file).toString()) as Content;
    return content.key === key ? loadable(content, [...maps]) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws if a map is not among `maps`. */
function loadable(content: Content, maps: readonly MapDefinition[]): LoadableProgram {
  const mapOf = (name: string): MapDefinition => {
    const found = maps.find((map) => map.name === name);
    if (found === undefined) throw new RangeError(`There is no map ${name}`);
    return found;
  };
  const { kind, name, license, functions, stackBytes, contextBytes, btf } = content;
  return {
    program: {
      kind,
      name,
      license,
      functions,
      stackBytes,
      contextBytes,
      maps: content.maps.map(mapOf),
      relocations: content.relocations.map((one) => ({ ...one, map: mapOf(one.map) })),
      instructions: decodeInstructions(bytes(content.instructions)),
      origins: [],
    },
    btf: {
      blob: bytes(btf.blob),
      functionInfo: bytes(btf.functionInfo),
      lineInfo: bytes(btf.lineInfo),
    },
  };
}

const text = (data: Uint8Array): string => Buffer.from(data).toString('base64');
const bytes = (base64: string): Uint8Array => Buffer.from(base64, 'base64');
