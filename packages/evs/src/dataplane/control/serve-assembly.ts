import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { defaultCapacities, defineMaps } from '../maps.ts';
import { assembleProgram } from './assemble-program.ts';
import type { Order, Word } from './assembler.ts';
import { ProgramCache, type ProgramCacheOptions } from './program-cache.ts';

/** The thread of an `Assembler`: puts each program that it is asked for into the cache. */
export function serveAssembly(): void {
  const maps = defineMaps(defaultCapacities);
  const cache = new ProgramCache(maps, workerData as ProgramCacheOptions);
  say({ thread: Number(path.basename(readlinkSync('/proc/thread-self'))) });
  parentPort?.on('message', ({ features, place }: Order) => {
    if (!cache.has(features, place)) {
      cache.write(features, place, assembleProgram(maps, features, place));
    }
    say('done');
  });
}

const say = (word: Word): void => parentPort?.postMessage(word);
