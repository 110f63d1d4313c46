import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceLocation } from './source-location.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'evs-source-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the first frame outside the builder is the author’s', () => {
  const file = path.join(directory, 'balance.ts');
  writeFileSync(file, 'first\n  const port = tcp.get("port");\n');
  const stack = [
    '    at Recorder.note (/repo/packages/ebpf/src/program/recorder.ts:10:5)',
    `    at Pointer.get (${pathToFileURL('/repo/packages/ebpf/src/program/pointer.ts').href}:20:7)`,
    `    at parse (${pathToFileURL(file).href}:2:17)`,
    `    at other (${file}:1:1)`,
  ].join('\n');

  expect(sourceLocation(stack)).toEqual({
    file,
    line: 2,
    column: 17,
    text: 'const port = tcp.get("port");',
  });
});

test('a frame without a function name is read too', () => {
  const file = path.join(directory, 'anonymous.ts');
  writeFileSync(file, 'let x;\n');

  expect(sourceLocation(`    at ${file}:1:5`)).toMatchObject({ file, line: 1, text: 'let x;' });
});

test('a bundle is read through the map beside it, and the builder within it is left out', () => {
  const file = path.join(directory, 'bundle.js');
  writeFileSync(
    `${file}.map`,
    JSON.stringify({
      version: 3,
      sources: ['../packages/ebpf/src/program/pointer.ts', 'src/director.ts'],
      sourcesContent: ['builder', 'one\n  two'],
      names: [],
      // Line 1 is line 1 of the builder, line 2 is line 2, column 2 of the director.
      mappings: 'AAAA;ACCE',
    }),
  );

  expect(sourceLocation(`at get (${file}:1:1)\nat direct (${file}:2:1)`)).toEqual({
    file: path.join(directory, 'src/director.ts'),
    line: 2,
    column: 3,
    text: 'two',
  });
});

test('a stack of nothing but the builder and Node has no location', () => {
  const stack = [
    '    at Builder.if (/repo/packages/ebpf/src/program/builder.ts:1:1)',
    '    at Module._compile (node:internal/modules/cjs/loader:1521:14)',
    '    at new Promise (<anonymous>)',
    '    at native',
  ].join('\n');

  expect(sourceLocation(stack)).toBeUndefined();
});
