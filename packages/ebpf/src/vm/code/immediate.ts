import { immediateKind } from '../../isa/index.ts';
import type { MapRelocation, Program } from '../../program/program.ts';
import type { Step } from '../cpu.ts';
import { Region } from '../memory/region.ts';
import { closed } from '../memory/guard.ts';
import { FunctionSubject } from './function-subject.ts';

/** Where the interpreter finds what a program's map references stand for. */
export type FindMap = (relocation: MapRelocation) => Region;

/** A 64-bit immediate: a number, a map, a value in an array, or a function. */
export function wideImmediateStep(
  program: Program,
  index: number,
  findMap: FindMap,
): Step | undefined {
  const instruction = program.instructions[index];
  const upper = program.instructions[index + 1];
  if (instruction === undefined || upper === undefined) return undefined;
  const { destination, source, immediate } = instruction;
  const next = index + 2;
  const relocation = program.relocations.find((candidate) => candidate.at === index);
  if (relocation !== undefined) {
    return pointStep(destination, findMap(relocation), relocation.offset, next);
  }
  if (source === immediateKind.function) {
    return pointStep(destination, functionRegion(index + 1 + immediate), 0, next);
  }
  if (source !== immediateKind.number) return undefined;
  return (cpu) => {
    cpu.low[destination] = immediate;
    cpu.high[destination] = upper.immediate;
    return next;
  };
}

const functionRegion = (at: number): Region =>
  new Region('function', new Uint8Array(), {
    guard: closed('a function cannot be read or written'),
    subject: new FunctionSubject(at),
  });

const pointStep =
  (destination: number, region: Region, offset: number, next: number): Step =>
  (cpu) => {
    cpu.point(destination, region, offset);
    return next;
  };
