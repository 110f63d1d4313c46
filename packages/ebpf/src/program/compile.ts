import type { MapDefinition } from '../map/index.ts';
import type { Assembly } from './assembly.ts';
import { BuildError } from './build-error.ts';
import type { FunctionIr } from './ir/function.ts';
import { allocate } from './machine/allocate.ts';
import { Encoding } from './machine/encode.ts';
import { checkDefined } from './machine/check-defined.ts';
import { deepestChain, layOutFrame } from './machine/frame.ts';
import type { MachineFunction } from './machine/instruction.ts';
import { lower } from './machine/lower.ts';
import { threadJumps } from './machine/thread-jumps.ts';
import { findEscaped } from './optimise/memory-effects.ts';
import { optimise } from './optimise/optimise.ts';
import { stackOf } from './origin.ts';
import type { Program } from './program.ts';

/** Bytes of stack that the kernel allows to a chain of calls, MAX_BPF_STACK. */
const maximumStack = 512;

/** Turns what the bodies asked for into instructions. */
export function compile(
  assembly: Assembly,
  options: { readonly license: string; readonly contextBytes: number },
): Program {
  const encoding = new Encoding();
  const frames = new Map<FunctionIr, number>();
  const callees = new Map<FunctionIr, Set<FunctionIr>>();
  assembly.functions.forEach(optimise);
  const functions = findCalled(assembly.functions);
  for (const ir of functions) {
    const code = lower(ir);
    checkDefined(assembly.name, code);
    allocate(code);
    threadJumps(code);
    const frame = layOutFrame(code, findEscaped(ir));
    frames.set(ir, frame.sizeBytes);
    callees.set(ir, calleesOf(code));
    encoding.add(code, frame);
  }
  encoding.finish();
  const [entry] = functions;
  const stackBytes = entry === undefined ? 0 : deepestChain(entry, frames, callees);
  checkStack(assembly, frames, stackBytes);
  return {
    kind: assembly.kind,
    name: assembly.name,
    ...options,
    instructions: encoding.instructions,
    relocations: encoding.relocations,
    functions: functions.map((ir) => ({
      name: ir.name,
      at: encoding.starts.get(ir) ?? 0,
      ...(ir.parameters !== undefined && { parameters: ir.parameters }),
    })),
    origins: encoding.origins.map(({ at, origin }) => ({
      at,
      path: origin.path,
      stack: () => stackOf(origin),
    })),
    maps: [...new Set<MapDefinition>(encoding.relocations.map(({ map }) => map))],
    stackBytes,
  };
}

/** The entry and what it leads to: calls on ways that are never taken have gone. */
function findCalled(all: readonly FunctionIr[]): FunctionIr[] {
  const found = new Set<FunctionIr>();
  const pending = all.slice(0, 1);
  for (let ir = pending.pop(); ir !== undefined; ir = pending.pop()) {
    if (found.has(ir)) continue;
    found.add(ir);
    for (const { instructions } of ir.blocks) {
      for (const instruction of instructions) {
        if (instruction.kind !== 'call') continue;
        const { target, inputs } = instruction;
        if ('blocks' in target) pending.push(target);
        for (const input of inputs) if (input.kind === 'function') pending.push(input.target);
      }
    }
  }
  return all.filter((ir) => found.has(ir));
}

function calleesOf(code: MachineFunction): Set<FunctionIr> {
  const found = new Set<FunctionIr>();
  for (const block of code.blocks) {
    for (const { reference } of block.instructions) {
      if (reference?.kind === 'function') found.add(reference.target);
    }
  }
  return found;
}

function checkStack(
  assembly: Assembly,
  frames: ReadonlyMap<FunctionIr, number>,
  stackBytes: number,
): void {
  if (stackBytes <= maximumStack) return;
  const sizes = [...frames].map(([ir, bytes]) => `${ir.name} ${bytes}`).join(', ');
  throw new BuildError(
    [assembly.name],
    `the stack would take ${stackBytes} bytes, the kernel allows ${maximumStack}: ${sizes}`,
  );
}
