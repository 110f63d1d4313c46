import { rmSync } from 'node:fs';
import { assembleProgram } from '../packages/evs/src/dataplane/control/assemble-program.ts';
import { likelyFeatures } from '../packages/evs/src/dataplane/control/likely-features.ts';
import { ProgramCache } from '../packages/evs/src/dataplane/control/program-cache.ts';
import { defaultCapacities, defineMaps } from '../packages/evs/src/dataplane/maps.ts';
import { sourceHash } from './source-hash.ts';

// Assembles the programs that most first services need, so that they come with the build and nobody waits for them.
const directory = 'packages/evs/dist/programs';
rmSync(directory, { recursive: true, force: true });
const maps = defineMaps(defaultCapacities);
const cache = new ProgramCache(maps, { directory, build: sourceHash() });
for (const features of likelyFeatures()) {
  for (const place of ['tc', 'loopback', 'sweep'] as const) {
    cache.write(features, place, assembleProgram(maps, features, place));
  }
}
