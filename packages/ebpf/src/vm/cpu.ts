import type { Environment } from './environment.ts';
import { initialisedFirst } from './memory/guard.ts';
import { Memory } from './memory/memory.ts';
import { Region } from './memory/region.ts';
import { Violation } from './memory/violation.ts';
import type { Redirect } from './packet/redirect.ts';
import type { SocketBuffer } from './packet/socket-buffer.ts';
import type { XdpPacket } from './packet/xdp-packet.ts';

/** What an instruction does; its result is the index of the next one. */
export type Step = (cpu: Cpu) => number;

/** A program made ready to run. All lists go by instruction index; registers are bits of a mask. */
export interface Code {
  readonly steps: readonly Step[];
  readonly reads: Int32Array;
  readonly writes: Int32Array;
}

/** A 64-bit number as two signed halves. */
export interface Word {
  readonly low: number;
  readonly high: number;
}

/** What a function can be called with. A region stands for the address of its first byte. */
export type Argument = number | Word | Region;

/** Index of no instruction: where the outermost function returns to. */
const leaveProgram = -1;
const framePointer = 10;
const stackBytes = 512;
/** MAX_CALL_FRAMES of the kernel. */
const maxFrames = 8;
const firstSaved = 6;
/** Registers 1 to 5. */
const parameterRegisters = 0b11_1110;

interface Frame {
  readonly returnTo: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly written: number;
}

/**
 * Registers, frames and the cycle of execution. A register is kept as two signed 32-bit halves, which is many
 * times faster than a BigInt.
 */
export class Cpu {
  readonly low = new Int32Array(11);
  readonly high = new Int32Array(11);
  /** Registers that hold something, one bit each. */
  written = 0;
  /** Index of the instruction that runs. */
  at = 0;
  /** Instructions run so far. */
  executed = 0;
  readonly memory = new Memory();
  readonly environment: Environment;
  /** What a program of a network hook works on. */
  readonly packet: XdpPacket | SocketBuffer | undefined;
  redirect: Redirect | undefined = undefined;
  readonly #code: Code;
  readonly #frames: Frame[] = [];

  constructor(code: Code, environment: Environment, packet?: XdpPacket | SocketBuffer) {
    this.#code = code;
    this.environment = environment;
    this.packet = packet;
  }

  /** Calls the function at an instruction index, returns when it has; its result is in register 0. */
  call(target: number, parameters: readonly Argument[]): void {
    this.enter(target, leaveProgram);
    this.written = 1 << framePointer;
    for (const [index, parameter] of parameters.entries()) this.set(index + 1, parameter);
    this.#runFrom(target);
  }

  set(register: number, value: Argument): void {
    this.written |= 1 << register;
    if (typeof value === 'number') {
      this.low[register] = value;
      this.high[register] = value < 0 ? -1 : 0;
    } else if (value instanceof Region) this.point(register, value, 0);
    else {
      this.low[register] = value.low;
      this.high[register] = value.high;
    }
  }

  /** Makes a register the address of a byte of a region. */
  point(register: number, region: Region, offset: number): void {
    this.low[register] = this.memory.lowerHalf(offset);
    this.high[register] = this.memory.upperHalf(region);
  }

  /** Starts a function: a stack frame of its own; what registers 6 to 9 hold is kept for the caller. */
  enter(target: number, returnTo: number): number {
    if (this.#frames.length === maxFrames)
      throw new Violation(`more than ${maxFrames} nested calls`);
    this.#frames.push({
      returnTo,
      low: this.low.slice(firstSaved),
      high: this.high.slice(firstSaved),
      written: this.written,
    });
    const stack = new Region('stack', new Uint8Array(stackBytes), {
      guard: initialisedFirst(stackBytes),
    });
    this.point(framePointer, stack, stackBytes);
    this.written = (this.written & parameterRegisters) | (1 << framePointer);
    return target;
  }

  /** Ends a function. The caller finds the result in register 0 and nothing in 1 to 5. */
  leave(): number {
    const frame = this.#frames.pop();
    if (frame === undefined) throw new Violation('exit without a call');
    this.low.set(frame.low, firstSaved);
    this.high.set(frame.high, firstSaved);
    this.written = (frame.written & ~parameterRegisters) | 1;
    return frame.returnTo;
  }

  #runFrom(start: number): void {
    const { steps, reads, writes } = this.#code;
    const limit = this.environment.instructionLimit;
    let next = start;
    while (next !== leaveProgram) {
      const step = steps[next];
      this.at = next;
      if (step === undefined) throw new Violation('the program runs past its last instruction');
      if (++this.executed > limit) throw new Violation(`more than ${limit} instructions`);
      const missing = reads[next]! & ~this.written;
      if (missing !== 0) throw unwritten(missing);
      this.written |= writes[next]!;
      next = step(this);
    }
  }
}

const unwritten = (registers: number): Violation =>
  new Violation(
    `register r${31 - Math.clz32(registers & -registers)} is read before it is written`,
  );
