import {
  encodeInstructions,
  type MapDefinition,
  type MapRelocation,
  type Program,
} from '@evs/ebpf';
import { EvsError } from '../../errors/index.ts';

/** The maps that a program shall use, by the definitions that it refers to. */
export type MapDescriptors = ReadonlyMap<MapDefinition, { readonly fd: number }>;

/** Source registers that tell LD_IMM64 what its immediate is, RFC 9669 section 5.4. */
const pseudo = { map: 1, value: 2 } as const;

/** The program's bytes, with map descriptors filled in. Throws EvsError if a map is missing. */
export function relocatedCode(program: Program, maps: MapDescriptors): Buffer {
  const code = Buffer.from(encodeInstructions(program.instructions));
  for (const relocation of program.relocations) {
    fill(code, relocation, descriptorOf(program, relocation, maps));
  }
  return code;
}

function descriptorOf(program: Program, { map }: MapRelocation, maps: MapDescriptors): number {
  const found = maps.get(map);
  if (found === undefined) {
    throw new EvsError(
      'E_INVALID',
      `Program ${program.name} needs map ${map.name}, which was not given`,
    );
  }
  return found.fd;
}

function fill(code: Buffer, relocation: MapRelocation, fd: number): void {
  const first = relocation.at * 8;
  code[first + 1] = ((code[first + 1] ?? 0) & 0x0f) | (pseudo[relocation.kind] << 4);
  code.writeInt32LE(fd, first + 4);
  // The second slot's immediate is the offset in the value.
  if (relocation.kind === 'value') code.writeInt32LE(relocation.offset, first + 12);
}
