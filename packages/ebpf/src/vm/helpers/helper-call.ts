import { FunctionSubject } from '../code/function-subject.ts';
import type { Argument, Cpu, Word } from '../cpu.ts';
import type { Environment } from '../environment.ts';
import { VmMap } from '../maps/vm-map.ts';
import { Violation } from '../memory/violation.ts';
import type { Redirect } from '../packet/redirect.ts';
import type { SocketBuffer } from '../packet/socket-buffer.ts';
import type { XdpPacket } from '../packet/xdp-packet.ts';

/** A helper's view of its caller: arguments 1 to 5, memory and what else it may touch. */
export class HelperCall {
  readonly #cpu: Cpu;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
  }

  get environment(): Environment {
    return this.#cpu.environment;
  }

  /** Lower half, unsigned. */
  unsigned(index: number): number {
    return this.#cpu.low[index]! >>> 0;
  }

  /** Lower half, signed. */
  signed(index: number): number {
    return this.#cpu.low[index]!;
  }

  word(index: number): Word {
    return { low: this.#cpu.low[index]!, high: this.#cpu.high[index]! };
  }

  isZero(index: number): boolean {
    return this.#cpu.low[index] === 0 && this.#cpu.high[index] === 0;
  }

  /** Memory that the helper reads, where it is. */
  bytes(index: number, sizeBytes: number): Uint8Array {
    const { memory, low, high } = this.#cpu;
    const region = memory.readable(low[index]!, high[index]!, sizeBytes);
    return region.bytes.subarray(memory.at, memory.at + sizeBytes);
  }

  /** Memory that the helper reads and writes. */
  room(index: number, sizeBytes: number): Uint8Array {
    this.bytes(index, sizeBytes);
    const { memory, low, high } = this.#cpu;
    const region = memory.writable(low[index]!, high[index]!, sizeBytes);
    return region.bytes.subarray(memory.at, memory.at + sizeBytes);
  }

  map(index: number): VmMap {
    const subject = this.#cpu.memory.regionAt(this.#cpu.high[index]!)?.subject;
    if (subject instanceof VmMap) return subject as VmMap;
    throw new Violation(`argument ${index} is not a map`);
  }

  /** A function of the program, to be called any number of times; the result is all of register 0. */
  callback(index: number): (...parameters: readonly Argument[]) => Word {
    const cpu = this.#cpu;
    const subject = cpu.memory.regionAt(cpu.high[index]!)?.subject;
    if (!(subject instanceof FunctionSubject)) {
      throw new Violation(`argument ${index} is not a function`);
    }
    return (...parameters) => {
      cpu.call(subject.at, parameters);
      return { low: cpu.low[0]!, high: cpu.high[0]! };
    };
  }

  /** The packet of an XDP program, whose context must be argument 1. */
  xdp(): XdpPacket {
    const { packet } = this.#cpu;
    if (packet?.hook === 'xdp' && this.#isContext(packet)) return packet;
    throw new Violation('argument 1 is not the context of an XDP program');
  }

  /** The packet of a tc program, whose context must be argument 1. */
  socketBuffer(): SocketBuffer {
    const { packet } = this.#cpu;
    if (packet?.hook === 'tc' && this.#isContext(packet)) return packet;
    throw new Violation('argument 1 is not the context of a tc program');
  }

  /** Which kind of program calls. */
  get hook(): 'xdp' | 'tc' | undefined {
    return this.#cpu.packet?.hook;
  }

  redirect(to: Redirect): void {
    this.#cpu.redirect = to;
  }

  #isContext(packet: XdpPacket | SocketBuffer): boolean {
    return this.#cpu.memory.regionAt(this.#cpu.high[1]!) === packet.context;
  }
}
