import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { sourceHash } from './source-hash.ts';

const output = 'packages/evs/dist';
const binaries = `${output}/bin`;
const startedAt = new Date();
mkdirSync(binaries, { recursive: true });

const manifest = JSON.parse(readFileSync('packages/evs/package.json', 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>;
};

/** Parts of fastify that are loaded on demand, and that nothing of ours demands. */
const neverLoaded = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'light-my-request',
];

// Everything but koffi, which has a native part, is inlined, so that the tarball stands alone.
const options = {
  outdir: binaries,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['source'],
  external: ['koffi', ...neverLoaded],
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
  define: { EVS_BUILD: JSON.stringify(sourceHash()) },
  metafile: true as const,
  logLevel: 'warning',
} satisfies BuildOptions;

// evsadm is typed and scripted: one file, and CommonJS, which Node starts sooner than modules.
const atOnce = {
  ...options,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
  // What Node prints of a line that threw is then short.
  lineLimit: 120,
  banner: {
    js: [
      '#!/usr/bin/env node',
      "const evsUrl = require('node:url').pathToFileURL(__filename).href;",
    ].join('\n'),
  },
  define: { ...options.define, 'import.meta.url': 'evsUrl' },
} satisfies BuildOptions;

// One file per binary and per thread of one, plus shared chunks.
const names = Object.keys(manifest.bin);
const threads = ['evsd-assembler', 'evsd-vrrp'];
const inParts = [...names.filter((name) => name !== 'evsadm'), ...threads];
const builds = await Promise.all([
  build({ ...options, entryPoints: inParts.map(sourceOf), splitting: true }),
  build({ ...atOnce, entryPoints: [sourceOf('evsadm')] }),
]).catch(() => process.exit(1)); // esbuild has said why
const metafile: Metafile = {
  inputs: Object.assign({}, ...builds.map((one) => one.metafile.inputs)),
  outputs: Object.assign({}, ...builds.map((one) => one.metafile.outputs)),
};

for (const file of Object.values(manifest.bin)) chmodSync(`packages/evs/${file}`, 0o755);
removeOldChunks(metafile, process.argv.includes('--clean') ? 0 : 10 * 60_000);
writeFileSync(`${output}/third-party-licenses.txt`, licensesOf(metafile));

// The launchers compare sources with this file; a source saved during the build is newer than it.
writeFileSync(`${binaries}/.built`, '');
utimesSync(`${binaries}/.built`, startedAt, startedAt);

function sourceOf(name: string): string {
  return `packages/evs/src/bin/${name}.ts`;
}

/** Chunks of earlier builds; a program that started meanwhile may still be loading the youngest. */
function removeOldChunks({ outputs }: Metafile, keptForMs: number): void {
  for (const name of readdirSync(binaries)) {
    const file = path.join(binaries, name);
    const ageMs = startedAt.getTime() - statSync(file).mtimeMs;
    if (!(file in outputs) && ageMs >= keptForMs) rmSync(file, { recursive: true });
  }
}

/** The licences of the packages whose code we inline, which ask to be passed on with it. */
function licensesOf({ inputs }: Metafile): string {
  const packages = new Set(
    Object.keys(inputs).flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []),
  );
  return [...packages].toSorted().map(licenseOf).join('\n');
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(`${folder}/package.json`, 'utf8'),
  ) as Readonly<Record<string, string>>;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(path.join(folder, file), 'utf8')}`;
  return `${name} ${version} (${license})\n${text}\n${'-'.repeat(80)}\n`;
}
