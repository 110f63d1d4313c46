import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const binaries = 'packages/evs/dist/bin';
const stamp = path.join(binaries, '.built');
const startedAt = new Date();
mkdirSync(binaries, { recursive: true });
const manifest = JSON.parse(readFileSync('packages/evs/package.json', 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>;
};

// One file per binary plus shared chunks. Everything but koffi, which has a native part, is inlined,
// so that the tarball stands alone.
const { metafile } = await build({
  entryPoints: Object.keys(manifest.bin)
    .map((name) => `packages/evs/src/bin/${name}.ts`)
    .filter((file) => existsSync(file)),
  outdir: binaries,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['source'],
  external: ['koffi'],
  sourcemap: 'linked',
  sourcesContent: true,
  // Inlined CommonJS packages call require() for Node's own modules, which an ES module does not have.
  banner: {
    js: [
      '#!/usr/bin/env node',
      "import { createRequire as evsCreateRequire } from 'node:module';",
      'const require = evsCreateRequire(import.meta.url);',
    ].join('\n'),
  },
  metafile: true,
  logLevel: 'warning',
}).catch(() => process.exit(1)); // esbuild has said why

// Chunks of earlier builds; a program that started meanwhile may still be loading the youngest.
const minuteMs = 60_000;
for (const name of readdirSync(binaries)) {
  const file = path.join(binaries, name);
  const ageMs = startedAt.getTime() - statSync(file).mtimeMs;
  if (!(file in metafile.outputs) && ageMs > 10 * minuteMs) rmSync(file, { recursive: true });
}

// The launchers compare sources with this file; a source saved during the build is newer than it.
writeFileSync(stamp, '');
utimesSync(stamp, startedAt, startedAt);
