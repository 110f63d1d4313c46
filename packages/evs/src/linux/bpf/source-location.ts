import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in a source file. Line and column count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line without the space around it. */
  readonly text: string;
}

/** Frames of the builder itself, and of Node, tell nothing about the program that was built. */
const uninteresting = [/packages\/ebpf\/src\/(?!.*\.test\.ts$)/, /ebpf\/src\/program/, /^node:/];

/**
 * The line of the program's author in a stack (`Error.stack` without its first line): the innermost frame
 * outside the builder. Code that esbuild bundled is found through the `.map` file beside it.
 */
export function sourceLocation(stack: string): SourceLocation | undefined {
  for (const frame of stack.split('\n')) {
    if (!authored.has(frame)) authored.set(frame, authoredLocation(frame));
    const location = authored.get(frame);
    if (location !== undefined) return location;
  }
  return undefined;
}

/** By frame, as a program has thousands of instructions but few lines; undefined for frames that tell nothing. */
const authored = new Map<string, SourceLocation | undefined>();

function authoredLocation(frame: string): SourceLocation | undefined {
  const place = placeIn(frame);
  if (place === undefined) return undefined;
  const original = originalOf(place);
  if (uninteresting.some((pattern) => pattern.test(original.file))) return undefined;
  return { ...original, text: lineOf(original.file, original.line) };
}

type Place = Omit<SourceLocation, 'text'>;

/** `at name (file:line:column)`, or the same without a name. */
function placeIn(frame: string): Place | undefined {
  const match = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]*?):(\d+):(\d+)\)?$/.exec(frame.trim());
  if (match === null) return undefined;
  const [, location = '', line, column] = match;
  const file = location.startsWith('file://') ? fileURLToPath(location) : location;
  return { file, line: Number(line), column: Number(column) };
}

interface Bundle {
  readonly map: SourceMap;
  readonly directory: string;
}
/** Source maps by the file that they are of; undefined for files without. */
const bundles = new Map<string, Bundle | undefined>();
/** Lines of source files. */
const sources = new Map<string, readonly string[]>();

function originalOf(place: Place): Place {
  if (!bundles.has(place.file)) bundles.set(place.file, readBundle(place.file));
  const bundle = bundles.get(place.file);
  if (bundle === undefined) return place;
  const entry = bundle.map.findEntry(place.line - 1, place.column - 1);
  if (!('originalSource' in entry)) return place;
  return {
    file: path.resolve(bundle.directory, entry.originalSource),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

function readBundle(file: string): Bundle | undefined {
  const mapFile = `${file}.map`;
  if (!existsSync(mapFile)) return undefined;
  const payload = JSON.parse(readFileSync(mapFile, 'utf8')) as SourceMapPayload;
  const directory = path.dirname(file);
  for (const [index, source] of payload.sources.entries()) {
    const text = payload.sourcesContent[index];
    if (typeof text === 'string') sources.set(path.resolve(directory, source), text.split('\n'));
  }
  return { map: new SourceMap(payload), directory };
}

function lineOf(file: string, line: number): string {
  if (!sources.has(file)) sources.set(file, readLines(file));
  return sources.get(file)?.[line - 1]?.trim() ?? '';
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
