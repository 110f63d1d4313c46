import path from 'node:path';
import { DataPlane, type DataPlaneOptions } from '../dataplane/index.ts';
import { EvsError } from '../errors/index.ts';
import { PinnedMapError } from '../linux/index.ts';
import { build } from './build.ts';
import { markHome } from './home-mark.ts';
import { programCacheDirectory } from './runtime-files.ts';
import type { DataPlanePort } from './ports.ts';

export interface PlaneOptions {
  readonly pinDirectory: string;
  readonly connectionCapacity?: number | undefined;
  /** Frames may be handed to the other end of veth devices. */
  readonly fastPath: boolean;
  /** The folder of assembled programs. */
  readonly programCache?: string | undefined;
}

/**
 * The data plane in the kernel: a new one, or the one that an earlier daemon pinned. Throws E_STATE_FILE if
 * that one cannot be taken over.
 */
export function openKernelPlane(options: PlaneOptions): DataPlanePort {
  const { pinDirectory, connectionCapacity, programCache = programCacheDirectory } = options;
  const capacities = connectionCapacity === undefined ? {} : { connections: connectionCapacity };
  markHome(pinDirectory);
  try {
    const peers = options.fastPath;
    return DataPlane.open({ pinDirectory, capacities, peers, ...cacheIn(programCache) });
  } catch (error) {
    if (!(error instanceof PinnedMapError)) throw error;
    throw new EvsError(
      'E_STATE_FILE',
      `Cannot take over the data plane of an earlier daemon: ${error.message}`,
      {
        cause: error,
        hint: 'It goes on as it was. Start with the same --connections, or forget it with its connections: evsd --fresh',
      },
    );
  }
}

/** Run from source, programs may change from one start to the next: nothing is kept then. */
const cacheIn = (directory: string): Pick<DataPlaneOptions, 'programCache' | 'assembler'> =>
  build === undefined
    ? {}
    : {
        programCache: { directory: path.resolve(directory), shipped: shippedPrograms, build },
        assembler: path.resolve(import.meta.dirname, 'evsd-assembler.js'),
      };

/** Beside the bundles: scripts/assemble-programs.ts. */
const shippedPrograms = path.resolve(import.meta.dirname, '../programs');
