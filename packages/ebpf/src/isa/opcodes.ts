/**
 * Numbers of the instruction set, RFC 9669. An opcode is `class | rest`: for arithmetic and jumps the rest is
 * operation and operand source, for loads and stores it is mode and size.
 */

/** Low three bits of an opcode, section 3.1 of the RFC. */
export const instructionClass = {
  loadImmediate: 0,
  load: 1,
  storeImmediate: 2,
  store: 3,
  alu32: 4,
  jump64: 5,
  jump32: 6,
  alu64: 7,
} as const;

/** Whether the second operand is the immediate or the source register, section 4. */
export const operandSource = { immediate: 0x00, register: 0x08 } as const;

/** Section 4.1. `end` swaps bytes: to little-endian with an immediate source bit, to big-endian with a register one. */
export const aluOperation = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  shl: 0x60,
  shr: 0x70,
  neg: 0x80,
  mod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
  end: 0xd0,
} as const;
export type AluOperation = keyof typeof aluOperation;

/** Section 4.3. The names with an s in front compare signed numbers; `set` asks whether any common bit is set. */
export const jumpOperation = {
  always: 0x00,
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  call: 0x80,
  exit: 0x90,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
} as const;
export type JumpOperation = keyof typeof jumpOperation;

/** How many bytes a load or store moves, section 5. */
export const accessSize = { u32: 0x00, u16: 0x08, u8: 0x10, u64: 0x18 } as const;
export type AccessSize = keyof typeof accessSize;

/** What kind of load or store it is, section 5. */
export const accessMode = { immediate: 0x00, memory: 0x60, atomic: 0xc0 } as const;

/** Immediate of an atomic instruction, section 5.3. `fetch` may be added to the first four. */
export const atomicOperation = {
  add: 0x00,
  or: 0x40,
  and: 0x50,
  xor: 0xa0,
  fetch: 0x01,
  exchange: 0xe1,
  compareExchange: 0xf1,
} as const;

/** The one instruction of two slots: a 64-bit immediate. */
export const loadImmediate64 = 0x18;

/** What its source register says the immediate stands for, section 5.4. */
export const immediateKind = { number: 0, map: 1, mapValue: 2, function: 4 } as const;

/** Source register of a call: a helper by number, or a function of this program by distance. */
export const callKind = { helper: 0, function: 1 } as const;
