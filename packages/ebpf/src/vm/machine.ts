import type { Struct } from '../layout/index.ts';
import type { MapDefinition } from '../map/index.ts';
import type { MapRelocation, Program } from '../program/program.ts';
import { compile } from './code/compile.ts';
import { Cpu, type Code } from './cpu.ts';
import { defaultEnvironment, type Environment } from './environment.ts';
import { MachineFault } from './machine-fault.ts';
import { createVmMap } from './maps/create-vm-map.ts';
import type { VmMap } from './maps/vm-map.ts';
import { Region } from './memory/region.ts';
import { Violation } from './memory/violation.ts';
import type { Redirect } from './packet/redirect.ts';
import type { SocketBufferFields } from './packet/socket-buffer-fields.ts';
import { SocketBuffer } from './packet/socket-buffer.ts';
import { XdpPacket } from './packet/xdp-packet.ts';

export interface MachineOptions extends Partial<Environment> {
  /** Maps that exist already, to be shared. Others are created when a program refers to them. */
  readonly maps?: ReadonlyMap<MapDefinition, VmMap>;
}

export interface RunOptions {
  /** 1 by default for XDP; for tc also the device itself, which is 1 by default. */
  readonly ingressIfindex?: number;
  /** For tc programs. */
  readonly skb?: Partial<SocketBufferFields>;
}

export interface RunResult {
  /** Lower 32 bits of register 0, unsigned: tc's −1 is 0xffffffff. */
  readonly verdict: number;
  /** The bytes as the program left them. */
  readonly packet: Uint8Array;
  /** Bytes in the linear part of a socket buffer. */
  readonly linearBytes: number;
  /** What a redirecting helper was last asked for; it counts if the verdict says so. */
  readonly redirect?: Redirect;
  /** `struct __sk_buff` or `struct xdp_md` afterwards; its pointer fields are zero. */
  readonly context: Uint8Array;
  /** How many instructions ran. */
  readonly instructions: number;
}

/**
 * An interpreter for assembled programs: no kernel, no root. It has the kernel's semantics of instructions,
 * helpers and maps, and throws MachineFault where a program does what the verifier would forbid, on the path
 * that it takes.
 */
export class Machine {
  readonly #maps: Map<MapDefinition, VmMap>;
  readonly #environment: Environment;
  readonly #code = new Map<Program, Code>();

  constructor(programs: Program | readonly Program[], options: MachineOptions = {}) {
    const { maps, ...environment } = options;
    this.#maps = new Map(maps);
    this.#environment = { ...defaultEnvironment, ...environment };
    for (const program of [programs].flat()) this.#codeOf(program);
  }

  /** The map that programs of this machine know by a definition. */
  map<K extends Struct, V extends Struct>(definition: MapDefinition<K, V>): VmMap<K, V> {
    const existing = this.#maps.get(definition);
    const map = existing ?? createVmMap<Struct, Struct>(definition, this.#environment.processors);
    this.#maps.set(definition, map);
    return map as VmMap<K, V>;
  }

  /** Runs an XDP or tc program on a copy of a packet. Throws MachineFault. */
  run(program: Program, packet: Uint8Array, options: RunOptions = {}): RunResult {
    const input = packetFor(program, packet.slice(), options);
    const cpu = new Cpu(this.#codeOf(program), this.#environment, input);
    execute(program, cpu, input.context);
    const result = {
      verdict: cpu.low[0]! >>> 0,
      packet: input.packet.bytes,
      linearBytes: input.packet.linearBytes,
      context: input.context.bytes,
      instructions: cpu.executed,
    };
    return cpu.redirect === undefined ? result : { ...result, redirect: cpu.redirect };
  }

  /** Runs a SYSCALL program on a copy of a context. Throws MachineFault. */
  runSyscall(program: Program, context: Uint8Array): { result: number; context: Uint8Array } {
    const cpu = new Cpu(this.#codeOf(program), this.#environment);
    const region = new Region('context', context.slice());
    execute(program, cpu, region);
    return { result: cpu.low[0]! >>> 0, context: region.bytes };
  }

  #codeOf(program: Program): Code {
    const existing = this.#code.get(program);
    if (existing !== undefined) return existing;
    for (const definition of program.maps) this.map(definition);
    const code = compile(program, (relocation) => this.#regionOf(relocation));
    this.#code.set(program, code);
    return code;
  }

  #regionOf({ map, kind }: MapRelocation): Region {
    const existing = this.map(map);
    if (kind === 'map') return existing.reference;
    const value = existing.find(new Uint8Array(4))?.values[0];
    if (value !== undefined) return value;
    throw new TypeError(
      `Cannot take the address of a value in map ${map.name}: it is no array but of kind ${map.kind}`,
    );
  }
}

function packetFor(
  program: Program,
  bytes: Uint8Array,
  { ingressIfindex, skb }: RunOptions,
): XdpPacket | SocketBuffer {
  if (program.kind === 'xdp') return new XdpPacket(bytes, ingressIfindex ?? 1);
  const devices = ingressIfindex === undefined ? {} : { ingressIfindex, ifindex: ingressIfindex };
  return new SocketBuffer(bytes, { ...devices, ...skb });
}

function execute(program: Program, cpu: Cpu, context: Region): void {
  try {
    cpu.call(0, [context]);
  } catch (problem) {
    if (!(problem instanceof Violation)) throw problem;
    throw new MachineFault(program, cpu.at, problem.message);
  }
}
