import type { Struct, U32 } from '../layout/index.ts';
import { Assembly } from './assembly.ts';
import { Builder } from './builder.ts';
import { compile } from './compile.ts';
import { buildFunction } from './function-body.ts';
import { Packet, type Hook } from './packet.ts';
import { Pointer } from './pointer.ts';
import type { Program, ProgramKind } from './program.ts';
import type { Operand } from './value.ts';

export interface ProgramOptions {
  /** Some helpers are only for programs under a GPL-compatible licence. */
  readonly license?: string;
}
type Verdict = Operand<U32> | void;

/** Accepted by the kernel for all helpers. */
const defaultLicense = 'Dual MIT/GPL';

/** A program for a network device's earliest hook. Its result is one of `XdpVerdict`. */
export const xdp = (
  name: string,
  body: (b: Builder, packet: Packet<'xdp'>) => Verdict,
  options: ProgramOptions = {},
): Program => packetProgram(name, 'xdp', body, options);

/** A direct-action classifier for tc or tcx. Its result is one of `TcVerdict`. */
export const tc = (
  name: string,
  body: (b: Builder, packet: Packet<'tc'>) => Verdict,
  options: ProgramOptions = {},
): Program => packetProgram(name, 'tc', body, options);

/** A program that user space runs by BPF_PROG_TEST_RUN; the context goes in and comes back. */
export function syscall<C extends Struct>(
  name: string,
  layout: C,
  body: (b: Builder, context: Pointer<C>) => Verdict,
  options: ProgramOptions = {},
): Program {
  return assemble(name, 'syscall', options, layout.sizeBytes, (b, argument) => {
    const place = { base: argument(0), offset: 0, space: 'context' } as const;
    return body(b, new Pointer(b, layout, place));
  });
}

function packetProgram<H extends Hook>(
  name: string,
  hook: H,
  body: (b: Builder, packet: Packet<H>) => Verdict,
  options: ProgramOptions,
): Program {
  return assemble(name, hook, options, 0, (b, argument) =>
    body(b, new Packet(b, hook, argument(0))),
  );
}

function assemble(
  name: string,
  kind: ProgramKind,
  options: ProgramOptions,
  contextBytes: number,
  body: Parameters<typeof buildFunction>[1],
): Program {
  const assembly = new Assembly(kind, name);
  const entry = assembly.addFunction(name);
  buildFunction(new Builder(assembly, entry, []), body);
  return compile(assembly, { license: options.license ?? defaultLicense, contextBytes });
}
