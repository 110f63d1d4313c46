import type { Instruction } from '../program/program.ts';

const slotBytes = 8;

/** Instructions as the kernel takes them: 8 bytes each, little-endian. RFC 9669 section 3. */
export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * slotBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, instruction] of instructions.entries()) {
    const at = index * slotBytes;
    view.setUint8(at, instruction.opcode);
    view.setUint8(at + 1, (instruction.source << 4) | instruction.destination);
    view.setInt16(at + 2, instruction.offset, true);
    view.setInt32(at + 4, instruction.immediate, true);
  }
  return bytes;
}

/** The reverse of `encodeInstructions`. Throws RangeError if the bytes end within an instruction. */
export function decodeInstructions(bytes: Uint8Array): Instruction[] {
  if (bytes.length % slotBytes !== 0) {
    throw new RangeError(
      `Cannot decode ${bytes.length} bytes of instructions: not a multiple of ${slotBytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / slotBytes }, (_, index) => {
    const at = index * slotBytes;
    const registers = view.getUint8(at + 1);
    return {
      opcode: view.getUint8(at),
      destination: registers & 0x0f,
      source: registers >> 4,
      offset: view.getInt16(at + 2, true),
      immediate: view.getInt32(at + 4, true),
    };
  });
}
