import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { defaultCapacities, defineMaps } from '../maps.ts';
import { assembleProgram } from './assemble-program.ts';
import { decodeProgramFile, encodeProgramFile } from './program-file.ts';
import { plainFeatures } from '../../../test/fixtures/features.ts';

const maps = defineMaps(defaultCapacities);
const all = Object.values(maps);
const sweep = assembleProgram(maps, plainFeatures, 'sweep');
const file = encodeProgramFile('a key', sweep);

test('a program comes back as it was, but for what only its types and lines tell', () => {
  const { program, btf } = decodeProgramFile('a key', file, all) ?? {};

  const functions = sweep.program.functions.map(({ name, at }) => ({ name, at }));
  expect(program).toEqual({ ...sweep.program, functions, origins: [] });
  expect(program?.relocations[0]?.map).toBe(sweep.program.relocations[0]?.map);
  expect(Buffer.from(btf?.blob ?? [])).toEqual(Buffer.from(sweep.btf.blob));
  expect(Buffer.from(btf?.functionInfo ?? [])).toEqual(Buffer.from(sweep.btf.functionInfo));
  expect(Buffer.from(btf?.lineInfo ?? [])).toEqual(Buffer.from(sweep.btf.lineInfo));
});

test('a program under another key is not the one', () => {
  expect(decodeProgramFile('another key', file, all)).toBeUndefined();
});

test('a program whose maps are unknown is not the one', () => {
  expect(decodeProgramFile('a key', file, [])).toBeUndefined();
});

test.each([
  ['empty', new Uint8Array()],
  ['cut short', file.slice(0, -20)],
  ['no JSON', gzipSync('something else')],
  ['of another shape', gzipSync('{"key":"a key"}')],
  ['not compressed', gunzipSync(file)],
  ['changed in one bit', file.map((byte, index) => (index === 500 ? byte ^ 1 : byte))],
])('a file that is %s holds no program', (_what, broken) => {
  expect(decodeProgramFile('a key', broken, all)).toBeUndefined();
});
