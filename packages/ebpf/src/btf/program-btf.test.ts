import { describe, expect, test } from 'vitest';
import { alu64, assemble, callHelper, exit, functionReference } from '../isa/assembly.ts';
import type { SourceOrigin } from '../program/program.ts';
import { encodeBtf } from './program-btf.ts';

const words = (bytes: Uint8Array): number[] => [
  ...new Uint32Array(bytes.slice().buffer, 0, bytes.length / 4),
];
const origin = (at: number, stack: string): SourceOrigin => ({ at, stack: () => stack, path: [] });

const program = assemble(
  [
    functionReference(2, 3),
    callHelper(181),
    alu64('mov', 0, 2),
    exit(),
    alu64('mov', 0, 0),
    exit(),
  ],
  {
    functions: [
      { name: 'evs_director', at: 0 },
      { name: 'count #1', at: 5 },
    ],
    origins: [
      origin(0, 'b.ts:10'),
      origin(1, 'b.ts:11'),
      origin(2, 'b.ts:10'),
      origin(3, 'b.ts:12'),
      origin(4, 'nowhere'),
    ],
  },
);

const btf = encodeBtf(program, {
  resolve: (stack) => {
    const [file = '', line] = stack.split(':');
    return line === undefined
      ? undefined
      : { file, line: Number(line), column: 3, text: `  line ${line}` };
  },
});

/** A string of the blob by its offset. */
function stringAt(offset: number): string {
  const view = new DataView(btf.blob.buffer);
  const start = 24 + view.getUint32(16, true) + offset;
  return String.fromCodePoint(...btf.blob.slice(start, btf.blob.indexOf(0, start)));
}

describe('encodeBtf()', () => {
  test('starts with the magic number, version and the sizes of its parts', () => {
    const view = new DataView(btf.blob.buffer);

    expect(view.getUint16(0, true)).toBe(0xeb9f);
    expect(24 + view.getUint32(12, true) + view.getUint32(20, true)).toBe(btf.blob.length);
  });

  test('gives every function a record with its type', () => {
    expect(words(btf.functionInfo)).toEqual([0, 3, 5, 4]);
  });

  test('gives a line record to every new line and every function, but not to a second slot', () => {
    const records = words(btf.lineInfo);
    const column = (start: number): number[] => records.filter((_, index) => index % 4 === start);

    expect(column(0)).toEqual([0, 3, 5]);
    expect(column(1).map(stringAt)).toEqual(['b.ts', 'b.ts', 'b.ts']);
    expect(column(2).map(stringAt)).toEqual(['line 10', 'line 12', 'line 12']);
    expect(column(3)).toEqual([(10 << 10) | 3, (12 << 10) | 3, (12 << 10) | 3]);
  });

  test('has no line records if nothing is known of the source', () => {
    expect(encodeBtf(program, { resolve: () => undefined }).lineInfo).toHaveLength(0);
  });
});
