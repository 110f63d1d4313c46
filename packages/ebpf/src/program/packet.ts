import { u32, type Struct, type U32 } from '../layout/index.ts';
import { addressInput, type Address } from './address.ts';
import type { Builder } from './builder.ts';
import { Condition } from './condition.ts';
import { SkBuff, XdpContext } from './hooks.ts';
import { inRegister, type Input } from './ir/input.ts';
import { anyInput } from './operand.ts';
import { absentIf, PendingOptional, type Joining, type Optional } from './optional.ts';
import { Pointer } from './pointer.ts';
import { Value } from './value.ts';

export type Hook = 'xdp' | 'tc';
type ContextOf<H extends Hook> = H extends 'xdp' ? XdpContext : SkBuff;

/** Verifier limit on offsets from a packet pointer: MAX_PACKET_OFF of kernel/bpf/verifier.c. */
const maximumOffset = 0xffff;

/** The packet that the program was called for. */
export class Packet<H extends Hook = Hook> {
  readonly builder: Builder;
  readonly hook: H;
  readonly context: Pointer<ContextOf<H>>;
  /** Registers of the packet's start and end, by the loading that filled them. */
  readonly #loaded = new Map<number, { readonly data: Input; readonly end: Input }>();

  constructor(builder: Builder, hook: H, context: Input) {
    const layout: Struct = hook === 'xdp' ? XdpContext : SkBuff;
    this.builder = builder;
    this.hook = hook;
    this.context = new Pointer(builder, layout as ContextOf<H>, {
      base: context,
      offset: 0,
      space: 'context',
    });
    this.reload();
  }

  /** Bytes of the packet. At tc also those that are not in its linear part. */
  length(): Value<U32> {
    this.builder.recorder.mark();
    return this.hook === 'tc'
      ? this.context.load(u32, SkBuff.offsetOf('len'))
      : this.linearLength();
  }

  /** Bytes that windows can be had of. At tc the rest of a large packet lies elsewhere. */
  linearLength(): Value<U32> {
    const { recorder } = this.builder;
    recorder.mark();
    const { data, end } = this.#bounds('linearLength');
    const d = recorder.register();
    recorder.append({
      kind: 'alu',
      operation: 'sub',
      width: 64,
      d,
      left: end,
      right: data,
    });
    return new Value(this.builder, u32, inRegister(d));
  }

  /**
   * The bytes from `offset` on, if the packet has `lengthBytes` of them in its linear part. An offset that is a
   * value must be bounded, by `and()` for example, and masked after its last byte swap: kernel 6.1 forgets ranges there.
   */
  window(offset: number | Value<U32>, lengthBytes: number): Optional<Window> {
    const { builder } = this;
    builder.recorder.mark();
    const { data, end } = this.#bounds('window');
    this.#checkSize(typeof offset === 'number' ? offset : 0, lengthBytes);
    const fixed = typeof offset === 'number' ? offset : 0;
    const base = typeof offset === 'number' ? data : this.#add(data, offset);
    const past = this.#add(base, fixed + lengthBytes);
    const { packetGeneration } = builder.recorder;
    const place: Address = { base, offset: fixed, space: 'packet', packetGeneration };
    return new PendingOptional<Window>(builder, {
      step: `window of ${lengthBytes} bytes`,
      branch: absentIf(
        builder,
        new Condition(builder, {
          kind: 'compare',
          comparison: 'gt',
          width: 64,
          left: past,
          right: end,
        }),
      ),
      present: () => new Window(builder, place, lengthBytes),
      join: () => joinWindows(builder, packetGeneration),
    });
  }

  /** After a helper that changes the packet: finds it again. Windows from before stay unusable. */
  reload(): void {
    const { recorder } = this.builder;
    recorder.mark();
    const [data, end] = this.hook === 'xdp' ? [0, 4] : [76, 80];
    this.#loaded.set(recorder.newPacketGeneration(), {
      data: this.#contextPointer(data),
      end: this.#contextPointer(end),
    });
  }

  #contextPointer(offset: number): Input {
    const { recorder } = this.builder;
    const d = recorder.register();
    const { base } = this.context.place;
    recorder.append({ kind: 'load', d, base, offset, size: 4, space: 'context' });
    return inRegister(d);
  }

  #add(left: Input, right: number | Value<U32>): Input {
    const { recorder } = this.builder;
    const d = recorder.register();
    recorder.append({
      kind: 'alu',
      operation: 'add',
      width: 64,
      d,
      left,
      right: anyInput(this.builder, right, 'window'),
    });
    return inRegister(d);
  }

  /** Each way through the program has its own loading: what a branch did ends where it does not join. */
  #bounds(step: string): { readonly data: Input; readonly end: Input } {
    const { recorder } = this.builder;
    const bounds = this.#loaded.get(recorder.packetGeneration);
    if (bounds !== undefined) return bounds;
    throw recorder.error(step, 'the packet may have moved: call packet.reload() first');
  }

  #checkSize(offset: number, lengthBytes: number): void {
    const fits = Number.isInteger(offset) && Number.isInteger(lengthBytes);
    if (fits && offset >= 0 && lengthBytes > 0 && offset + lengthBytes <= maximumOffset) return;
    throw this.builder.recorder.error(
      'window',
      `${lengthBytes} bytes at ${offset} cannot be checked: at most ${maximumOffset} in all`,
    );
  }
}

/** Bytes of the packet that are known to be there. */
export class Window {
  readonly builder: Builder;
  readonly lengthBytes: number;
  /** For the builder's own use. */
  readonly place: Address;

  constructor(builder: Builder, place: Address, lengthBytes: number) {
    this.builder = builder;
    this.place = place;
    this.lengthBytes = lengthBytes;
  }

  /** The bytes from `at` on, as `layout`. Throws BuildError if it ends beyond the window. */
  view<S extends Struct>(layout: S, at = 0): Pointer<S> {
    if (!Number.isInteger(at) || at < 0 || at + layout.sizeBytes > this.lengthBytes) {
      throw this.builder.recorder.error(
        `view ${layout.name}`,
        `${layout.sizeBytes} bytes at ${at} end beyond the ${this.lengthBytes} checked bytes`,
      );
    }
    return new Pointer(this.builder, layout, { ...this.place, offset: this.place.offset + at });
  }
}

function joinWindows(builder: Builder, packetGeneration: number): Joining<Window> {
  const { recorder } = builder;
  const d = recorder.register();
  let length = maximumOffset;
  return {
    accept(window) {
      const source = addressInput(builder, window.place);
      recorder.append({ kind: 'move', d, width: 64, source });
      length = Math.min(length, window.lengthBytes);
    },
    result: () =>
      new Window(
        builder,
        { base: inRegister(d), offset: 0, space: 'packet', packetGeneration },
        length,
      ),
  };
}
