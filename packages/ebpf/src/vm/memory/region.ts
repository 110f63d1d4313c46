import type { Guard } from './guard.ts';

/** Where a pointer field of a context leads. */
export interface Place {
  readonly region: Region;
  readonly offset: number;
}

/** Fields of a context that hold pointers; a program reads them as 32-bit numbers. */
export interface PointerFields {
  readonly pointerAt: (offset: number) => Place | undefined;
}

/** A piece of memory that a program may hold pointers to: a stack frame, the packet, one map value, … */
export class Region {
  /** As error messages call it: `packet`, `value of services`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly sizeBytes: number;
  /** Asked before each access that lies within the region. */
  guard: Guard | undefined;
  readonly pointers: PointerFields | undefined;
  /** For a pointer that stands for an object, such as a map: the object. */
  readonly subject: object | undefined;
  /** The memory it has an address in, and its number there. */
  memory: object | undefined = undefined;
  id = 0;

  constructor(
    name: string,
    bytes: Uint8Array,
    parts: {
      readonly guard?: Guard;
      readonly pointers?: PointerFields;
      readonly subject?: object;
    } = {},
  ) {
    this.name = name;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.sizeBytes = bytes.byteLength;
    this.guard = parts.guard;
    this.pointers = parts.pointers;
    this.subject = parts.subject;
  }
}
