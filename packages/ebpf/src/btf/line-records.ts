import type { Program } from '../program/program.ts';
import type { StringTable } from './string-table.ts';

/** A line of source text. `line` and `column` count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line itself. */
  readonly text: string;
}

/** Finds the source line that a captured stack stands for; undefined if there is none to show. */
export type ResolvePlace = (stack: string) => SourcePlace | undefined;

/** Greatest column and line that fit into `line << 10 | column`. */
const maxColumn = (1 << 10) - 1;
const maxLine = (1 << 22) - 1;

/**
 * Line records of a program: strictly ascending, one at the start of every function (the verifier insists),
 * none on the second slot of a 64-bit immediate, none that repeats the line before it. Empty if no origin can
 * be resolved.
 */
export function lineRecords(
  program: Program,
  strings: StringTable,
  resolve: ResolvePlace,
): number[][] {
  const places = resolvePlaces(program, resolve);
  const first = places.values().next().value;
  if (first === undefined) return [];
  const starts = new Set(program.functions.map((entry) => entry.at));
  const records: number[][] = [];
  let current = first;
  let recorded: SourcePlace | undefined;
  for (const [index, instruction] of program.instructions.entries()) {
    current = places.get(index) ?? current;
    const isStart = index === 0 || starts.has(index);
    if (instruction.opcode === 0 || (!isStart && sameLine(recorded, current))) continue;
    records.push(record(index, current, strings));
    recorded = current;
  }
  return records;
}

/** By instruction, in ascending order. */
function resolvePlaces(program: Program, resolve: ResolvePlace): ReadonlyMap<number, SourcePlace> {
  const places = new Map<number, SourcePlace>();
  for (const origin of program.origins.toSorted((a, b) => a.at - b.at)) {
    const place = resolve(origin.stack());
    if (place !== undefined) places.set(origin.at, place);
  }
  return places;
}

const sameLine = (a: SourcePlace | undefined, b: SourcePlace): boolean =>
  a?.line === b.line && a.file === b.file;

const record = (index: number, place: SourcePlace, strings: StringTable): number[] => [
  index,
  strings.offsetOf(place.file),
  strings.offsetOf(place.text.trim()),
  (Math.min(place.line, maxLine) << 10) | Math.min(place.column, maxColumn),
];
